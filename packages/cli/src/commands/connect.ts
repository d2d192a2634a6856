import { Command } from 'commander';
import type { SourceConnectionCreate } from '@tributary/sdk/model';
import { givenFields, type GivenFields } from '../given-fields.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { describe } from './connections.ts';
import { followToEnd } from './jobs.ts';

interface ConnectOptions {
  readonly collection: string;
  readonly name?: string;
  readonly description?: string;
  readonly config?: readonly string[];
  readonly credential?: readonly string[];
  readonly schedule?: string;
  readonly sync: boolean;
  readonly follow?: boolean;
  readonly dryRun?: boolean;
}

async function check(session: Session, shortName: string, given: GivenFields): Promise<void> {
  const { client, terminal } = session;
  const found = await client.sourceConnections.check(
    { shortName, config: given.config, credentials: given.authentication?.credentials ?? {} },
    { signal: terminal.signal },
  );
  session.show(found, () => {
    const streams = table(
      terminal,
      [
        { title: 'STREAM', value: (stream) => stream.name },
        { title: 'READ', value: (stream) => (stream.incremental ? 'changes' : 'whole') },
        { title: 'TITLE', value: (stream) => stream.title },
      ],
      found.streams,
    );
    return `Works: ${found.account}\n${streams}`;
  });
}

async function connect(session: Session, shortName: string, options: ConnectOptions): Promise<void> {
  const given = await givenFields(session, shortName, options);
  if (options.dryRun) return check(session, shortName, given);
  const { name, description, schedule, collection } = options;
  const input: SourceConnectionCreate = {
    short_name: shortName,
    readable_collection_id: collection,
    ...given,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(schedule !== undefined && { schedule: { cron: schedule === 'none' ? null : schedule } }),
    ...(!options.sync && { sync_immediately: false }),
  };
  const made = await session.client.sourceConnections.create(input, { signal: session.terminal.signal });
  const job = made.sync?.last_job;
  if (!options.follow || !job) return session.show(made, () => describe(made));
  if (!session.json) session.terminal.out(describe(made));
  await followToEnd(session, made.id, job.id);
}

/** `tributary connect <source>` */
export function connectCommand(terminal: Terminal): Command {
  return new Command('connect')
    .description('read a source into a collection; see `sources show <source>` for its fields')
    .argument('<source>', 'short name, from `sources list`')
    .requiredOption('--collection <id>', 'readable id of the collection')
    .option('--name <name>', 'what people call it, 4 to 42 characters')
    .option('--description <text>', 'up to 255 characters')
    .option('--config <name=value>', 'a field of the configuration; may be repeated', collect)
    .option('--credential <name=value>', 'a field of the credentials; name=@file reads it from a file', collect)
    .option('--schedule <cron>', 'five fields, or `none`; the source’s own default when left out')
    .option('--no-sync', 'do not start the first sync')
    .option('--follow', 'show the progress of the first sync and wait for its end')
    .option('--dry-run', 'only try it: show the account and what could be read')
    .addHelpText(
      'after',
      examples(
        'connect files --collection notes --config path=/srv/notes --config "include=**/*.md" --follow',
        'connect postgres --collection crm --config host=db.example.com --config database=crm \\\n      --credential username=reader --credential password=@secret.txt --schedule "0 * * * *"',
      ),
    )
    .action((shortName: string, options: ConnectOptions, command: Command) =>
      connect(openSession(terminal, command), shortName, options),
    );
}
