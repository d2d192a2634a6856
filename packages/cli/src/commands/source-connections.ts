import { Command } from 'commander';
import type { SourceConnectionUpdate } from '@tributary/sdk/model';
import type { SourceConnectionState, Task } from '@tributary/sdk/native-model';
import { CliError } from '../exit-codes.ts';
import { readFieldValues } from '../field-values.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { facts, table } from '../table.ts';
import { styled, type Terminal } from '../terminal.ts';
import { authorizeCommand, verifyCommand } from './authorization.ts';
import { describe } from './describe-connection.ts';
import { previewConnectionCommand } from './preview.ts';
import { schemaCommand } from './schema.ts';
import { selectionCommand } from './selection.ts';

/** The four axes behind the one word of the status. */
function stateText({ setup, run, freshness, mode }: SourceConnectionState): string {
  return facts([['state', `setup ${setup}, run ${run}, data ${freshness}, mode ${mode}`]]);
}

function tasksText(terminal: Terminal, tasks: readonly Task[]): string {
  return tasks
    .map((task) => `${styled(terminal, 'yellow', 'To do:')} ${task.message} (${task.fix.method} ${task.fix.path})\n`)
    .join('');
}

interface UpdateOptions {
  readonly name?: string;
  readonly description?: string;
  readonly config?: readonly string[];
  readonly credential?: readonly string[];
  readonly schedule?: string;
}

/** PATCH replaces the configuration as a whole; here only the named fields change. */
async function changeOf(session: Session, id: string, options: UpdateOptions): Promise<SourceConnectionUpdate> {
  const { client, terminal } = session;
  const { name, description, schedule } = options;
  const change: SourceConnectionUpdate = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description: description === '' ? null : description }),
    ...(schedule !== undefined && { schedule: schedule === 'none' ? null : { cron: schedule } }),
  };
  if (!options.config && !options.credential) return change;
  const current = await client.sourceConnections.get(id, { signal: terminal.signal });
  const source = await client.sources.get(current.short_name, { signal: terminal.signal });
  const group = { source: source.short_name };
  const config = readFieldValues({ ...group, option: '--config', fields: source.config_fields.fields }, options.config);
  const fields = source.auth_fields?.fields ?? [];
  const credentials = readFieldValues({ ...group, option: '--credential', fields }, options.credential);
  return {
    ...change,
    ...(options.config && { config: { ...current.config, ...config } }),
    ...(options.credential && { authentication: { credentials } }),
  };
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list the source connections, newest first')
    .option('--collection <id>', 'only those of one collection')
    .addHelpText(
      'after',
      examples('source-connections list', 'source-connections list --collection team-notes-x1y2z3 --json'),
    )
    .action(async (options: { collection?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const list = session.client.sourceConnections.list({ ...options, pageSize: 1_000, signal: terminal.signal });
      const found = await Array.fromAsync(list);
      session.show(found, () =>
        table(
          terminal,
          [
            { title: 'ID', value: (one) => one.id },
            { title: 'SOURCE', value: (one) => one.short_name },
            { title: 'STATUS', value: (one) => one.status },
            { title: 'ENTITIES', align: 'right', value: (one) => one.entity_count },
            { title: 'COLLECTION', value: (one) => one.readable_collection_id },
            { title: 'NAME', value: (one) => one.name },
          ],
          found,
        ),
      );
    });
}

function updateCommand(terminal: Terminal): Command {
  return new Command('update')
    .description('change a source connection; what is not named stays as it is')
    .argument('<id>', 'id of the source connection')
    .option('--name <name>', '4 to 42 characters')
    .option('--description <text>', 'up to 255 characters; an empty one clears it')
    .option('--config <name=value>', 'a field of the configuration; may be repeated', collect)
    .option(
      '--credential <name=value>',
      'a field of the credentials, all of which are replaced; may be repeated',
      collect,
    )
    .option('--schedule <cron>', 'five fields, or `none`')
    .addHelpText(
      'after',
      examples(
        'source-connections update 6f1c… --schedule "0 * * * *"',
        'source-connections update 6f1c… --credential password=@secret.txt',
      ),
    )
    .action(async (id: string, options: UpdateOptions, command: Command) => {
      const session = openSession(terminal, command);
      const change = await changeOf(session, id, options);
      if (Object.keys(change).length === 0)
        throw new CliError('usage', 'Nothing to change: name at least one option, see --help.');
      const changed = await session.client.sourceConnections.update(id, change, { signal: terminal.signal });
      session.show(changed, () => describe(changed));
    });
}

/** `pause`, `resume` and `confirm-sweep` differ in a word only. */
function switchCommand(
  terminal: Terminal,
  name: 'pause' | 'resume' | 'confirmSweep',
  word: string,
  description: string,
): Command {
  return new Command(word)
    .description(description)
    .argument('<id>', 'id of the source connection')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const state = await session.client.sourceConnections[name](id, { signal: terminal.signal });
      session.show(state, () => stateText(state) + tasksText(terminal, state.tasks));
    });
}

/** `tributary source-connections list|show|update|selection|schema|preview|authorize|verify|pause|resume|confirm-sweep|delete` */
export function sourceConnectionsCommand(terminal: Terminal): Command {
  const connections = new Command('source-connections').description('what is read into which collection, and when');
  connections.addCommand(listCommand(terminal));
  connections
    .command('show')
    .description('show one source connection, with what it waits for')
    .argument('<id>', 'id of the source connection')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const [found, state] = await Promise.all([
        session.client.sourceConnections.get(id, { signal: terminal.signal }),
        session.client.sourceConnections.status(id, { signal: terminal.signal }),
      ]);
      session.show({ ...found, state }, () => describe(found) + stateText(state) + tasksText(terminal, state.tasks));
    });
  connections.addCommand(updateCommand(terminal));
  connections.addCommand(selectionCommand(terminal));
  connections.addCommand(schemaCommand(terminal));
  connections.addCommand(previewConnectionCommand(terminal));
  connections.addCommand(authorizeCommand(terminal));
  connections.addCommand(verifyCommand(terminal));
  connections.addCommand(switchCommand(terminal, 'pause', 'pause', 'let no sync start until it is resumed'));
  connections.addCommand(switchCommand(terminal, 'resume', 'resume', 'let syncs start again'));
  connections.addCommand(
    switchCommand(
      terminal,
      'confirmSweep',
      'confirm-sweep',
      'let a sync delete the many records that the source no longer has',
    ),
  );
  connections
    .command('delete')
    .description('delete a source connection and everything that it read')
    .argument('<id>', 'id of the source connection')
    .action(async (id: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const gone = await session.client.sourceConnections.delete(id, { signal: terminal.signal });
      session.show(gone, () => `Deleted ${gone.name} (${gone.id}).\n`);
    });
  return connections;
}
