import { Command } from 'commander';
import type { Json, JsonObject } from '@tributary/sdk/model';
import { CliError } from '../exit-codes.ts';
import { collect, examples, openSession } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { followToEnd } from './jobs.ts';

interface ReadOptions {
  readonly collection: string;
  readonly project?: string;
  readonly name?: string;
  readonly option?: readonly string[];
  readonly schedule?: string;
  readonly sync: boolean;
  readonly follow?: boolean;
}

/** `limit=5` and `tables=["a"]` are JSON, `mode=cursor` is the text. */
function readValue(written: string): Json {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return written;
  }
}

function readOptions(given: readonly string[] = []): JsonObject {
  const pairs = given.map((written): [string, Json] => {
    const at = written.indexOf('=');
    if (at < 1) throw new CliError('usage', `--option takes name=value, not '${written}'.`);
    return [written.slice(0, at), readValue(written.slice(at + 1))];
  });
  return Object.fromEntries(pairs);
}

/** `tributary connections read <name>` */
export function readCommand(terminal: Terminal): Command {
  return new Command('read')
    .description('read through a connection into a collection')
    .argument('<name>')
    .requiredOption('--collection <id>', 'readable id of the collection')
    .option('--name <name>', 'what people call it, 4 to 42 characters; the connection’s name when left out')
    .option('--option <name=value>', 'a read option of the source, JSON or text; may be repeated', collect)
    .option('--schedule <cron>', 'five fields, or `none`; the source’s own default when left out')
    .option('--no-sync', 'do not start the first sync')
    .option('--follow', 'show the progress of the first sync and wait for its end')
    .addHelpText(
      'after',
      examples('connections read crm-db --collection crm --option \'include_tables=["customer"]\' --follow'),
    )
    .action(async (connection: string, options: ReadOptions, command: Command) => {
      const session = openSession(terminal, command);
      const { collection, project, name, schedule, sync } = options;
      const input = {
        connection,
        collection,
        options: readOptions(options.option),
        syncImmediately: sync,
        ...(project !== undefined && { project }),
        ...(name !== undefined && { name }),
        ...(schedule !== undefined && { schedule: { cron: schedule === 'none' ? null : schedule } }),
      };
      const { sourceConnections } = session.client;
      const made = await sourceConnections.createOnConnection(input, { signal: terminal.signal });
      const [job] = await sourceConnections.jobs(made.id, { limit: 1, signal: terminal.signal });
      session.show(made, () => `Source connection ${made.id} reads ${connection} into ${collection}.\n`);
      if (options.follow && job) await followToEnd(session, made.id, job.id);
    });
}
