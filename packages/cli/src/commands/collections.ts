import { Command } from 'commander';
import type { Collection } from '@tributary/sdk/model';
import { examples, openSession } from '../session.ts';
import { facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

function describe(collection: Collection): string {
  return facts([
    ['id', collection.readable_id],
    ['name', collection.name],
    ['status', collection.status],
    [
      'sources',
      collection.source_connection_summaries?.map((source) => `${source.name} (${source.short_name})`).join(', '),
    ],
    ['created', collection.created_at],
  ]);
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list the collections, newest first')
    .option('--search <text>', 'only those with the text in their name')
    .addHelpText('after', examples('collections list', 'collections list --search notes --json'))
    .action(async (options: { search?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const found = await Array.fromAsync(
        session.client.collections.list({ ...options, pageSize: 1_000, signal: terminal.signal }),
      );
      session.show(found, () =>
        found.length === 0
          ? 'No collections yet. Make one with `tributary collections create <name>`.\n'
          : table(
              terminal,
              [
                { title: 'ID', value: (one) => one.readable_id },
                { title: 'STATUS', value: (one) => one.status },
                { title: 'SOURCES', align: 'right', value: (one) => one.source_connection_summaries?.length ?? 0 },
                { title: 'NAME', value: (one) => one.name },
              ],
              found,
            ),
      );
    });
}

/** `tributary collections list|create|show|delete` */
export function collectionsCommand(terminal: Terminal): Command {
  const collections = new Command('collections').description('searchable sets of records');
  collections.addCommand(listCommand(terminal));
  collections
    .command('create')
    .description('make a collection')
    .argument('<name>', 'what people call it, 4 to 64 characters')
    .option('--id <readable-id>', 'its address, like team-notes; made from the name when left out')
    .addHelpText(
      'after',
      examples('collections create "Team notes"', 'collections create "Team notes" --id team-notes'),
    )
    .action(async (name: string, options: { id?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const made = await session.client.collections.create(
        { name, ...(options.id !== undefined && { readable_id: options.id }) },
        { signal: terminal.signal },
      );
      session.show(made, () => describe(made));
    });
  collections
    .command('show')
    .description('show one collection')
    .argument('<id>', 'readable id')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const found = await session.client.collections.get(id, { signal: terminal.signal });
      session.show(found, () => describe(found));
    });
  collections
    .command('delete')
    .description('delete a collection with its source connections and everything that was read')
    .argument('<id>', 'readable id')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const gone = await session.client.collections.delete(id, { signal: terminal.signal });
      session.show(gone, () => `Deleted ${gone.readable_id}.\n`);
    });
  return collections;
}
