import { Command } from 'commander';
import type { SourceConnectionCreate } from '@tributary/sdk/model';
import { givenFields, type GivenFields } from '../given-fields.ts';
import { CliError } from '../exit-codes.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { flowAuthentication, showLink } from './authorization.ts';
import { describe } from './describe-connection.ts';
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
  readonly oauth?: boolean;
  readonly client?: readonly string[];
  readonly redirectUrl?: string;
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

/** Options that contradict each other. Throws CliError('usage'). */
function refuseMixed({ oauth, dryRun, credential, client, redirectUrl }: ConnectOptions): void {
  if (!oauth && (client || redirectUrl !== undefined))
    throw new CliError('usage', '--client and --redirect-url go with --oauth.');
  if (oauth && credential) throw new CliError('usage', 'Give either --oauth or --credential.');
  if (oauth && dryRun)
    throw new CliError('usage', 'Nothing can be tried before somebody has allowed access: leave out --dry-run.');
}

function inputOf(shortName: string, given: GivenFields, options: ConnectOptions): SourceConnectionCreate {
  const { name, description, schedule, collection, redirectUrl } = options;
  return {
    short_name: shortName,
    readable_collection_id: collection,
    ...given,
    ...(options.oauth && { authentication: flowAuthentication(shortName, options.client) }),
    ...(redirectUrl !== undefined && { redirect_url: redirectUrl }),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(schedule !== undefined && { schedule: { cron: schedule === 'none' ? null : schedule } }),
    ...(!options.sync && { sync_immediately: false }),
  };
}

async function connect(session: Session, shortName: string, options: ConnectOptions): Promise<void> {
  refuseMixed(options);
  const given = await givenFields(session, shortName, options);
  if (options.dryRun) return check(session, shortName, given);
  const input = inputOf(shortName, given, options);
  const made = await session.client.sourceConnections.create(input, { signal: session.terminal.signal });
  if (made.auth.auth_url) return showLink(session, made, options.follow === true);
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
    .option('--oauth', 'let a person allow access in a browser: prints the link')
    .option(
      '--client <name=value>',
      'client_id and client_secret of an OAuth client of your own; name=@file reads it from a file',
      collect,
    )
    .option('--redirect-url <url>', 'where the browser goes at the end; the operator must allow it')
    .option('--schedule <cron>', 'five fields, or `none`; the source’s own default when left out')
    .option('--no-sync', 'do not start the first sync')
    .option('--follow', 'show the progress of the first sync and wait for its end')
    .option('--dry-run', 'only try it: show the account and what could be read')
    .addHelpText(
      'after',
      examples(
        'connect files --collection notes --config path=/srv/notes --config "include=**/*.md" --follow',
        'connect postgres --collection crm --config host=db.example.com --config database=crm \\\n      --credential username=reader --credential password=@secret.txt --schedule "0 * * * *"',
        'connect github --collection code --config owner=acme --oauth --follow',
      ),
    )
    .action((shortName: string, options: ConnectOptions, command: Command) =>
      connect(openSession(terminal, command), shortName, options),
    );
}
