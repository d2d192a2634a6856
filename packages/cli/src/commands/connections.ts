import { Command } from 'commander';
import type { Connection, EnvironmentResult, WrittenConnection } from '@tributary/sdk/connections';
import { CliError } from '../exit-codes.ts';
import { settingsOf, type SettingOptions } from '../connection-settings.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { readCommand } from './read-connection.ts';

interface ProjectOptions {
  readonly project?: string;
}

const asked = (terminal: Terminal, { project }: ProjectOptions) => ({
  ...(project !== undefined && { project }),
  signal: terminal.signal,
});

const shown = (value: unknown): string | null =>
  value === null || value === undefined || value === ''
    ? null
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

function connectionText(connection: Connection, secretFields: readonly string[]): string {
  const rows = Object.entries(connection).map(([name, value]): [string, string | null] => [
    name,
    secretFields.includes(name) ? (shown(value) === null ? null : '(set)') : shown(value),
  ]);
  return facts(rows);
}

/** Tells how each environment went; fails when one did, since the change is stored all the same. */
function showResults(session: Session, value: unknown, results: readonly EnvironmentResult[] | undefined): void {
  const columns = [
    { title: 'ENVIRONMENT', value: (one: EnvironmentResult) => one.environmentName },
    { title: 'RESULT', value: (one: EnvironmentResult) => one.message },
  ] as const;
  session.show(value, () => (results ? table(session.terminal, columns, results) : 'Stored; nothing was deployed.\n'));
  if (results?.some(({ success }) => !success))
    throw new CliError('service_failed', 'The change is stored, but not every environment has it.');
}

const showWritten = (session: Session, written: WrittenConnection): void =>
  showResults(session, written, written.deploymentResult?.deploymentResults);

function withSettings(command: Command): Command {
  return command
    .option('--file <path>', 'JSON file with the fields')
    .option('--set <name=value>', 'a field; name=@path reads it from a file', collect)
    .option('--secret <name>', 'a secret field, asked for or read as a line of the input', collect)
    .option('--description <text>', 'what it is for')
    .option('--disabled', 'store it switched off')
    .option('--no-deploy', 'store it without telling the workers');
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list the connections of one type, or of all')
    .option('--type <type>', 'only this one')
    .addHelpText('after', examples('connections list', 'connections list --type email --project web'))
    .action(async (options: ProjectOptions & { readonly type?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const { connections } = session.client;
      const types = options.type
        ? [options.type]
        : (await connections.types({ signal: terminal.signal })).map(({ id }) => id);
      const lists = await Promise.all(types.map((type) => connections.list(type, asked(terminal, options))));
      const found = lists.flat();
      const columns = [
        { title: 'NAME', value: (one: Connection) => one.name },
        { title: 'TYPE', value: (one: Connection) => one.type },
        { title: 'ENABLED', value: (one: Connection) => (one.enabled ? 'yes' : 'no') },
        { title: 'DESCRIPTION', value: (one: Connection) => one.description },
      ] as const;
      session.show(found, () => table(terminal, columns, found));
    });
}

function showCommand(terminal: Terminal): Command {
  return new Command('show')
    .description('show a connection; secrets are printed with --json only, to keys that may see them')
    .argument('<name>')
    .action(async (name: string, options: ProjectOptions, command: Command) => {
      const session = openSession(terminal, command);
      const { connections } = session.client;
      const found = await connections.get(name, asked(terminal, options));
      const { secretFields } = await connections.type(found.type, { signal: terminal.signal });
      session.show(found, () => connectionText(found, secretFields));
    });
}

function createCommand(terminal: Terminal): Command {
  return withSettings(new Command('create').argument('<type>').argument('<name>'))
    .description('make a connection, and deploy it to the workers')
    .addHelpText(
      'after',
      examples('connections create email alerts --set host=smtp.example.com --set auth=true --secret password'),
    )
    .action(async (type: string, name: string, options: ProjectOptions & SettingOptions, command: Command) => {
      const session = openSession(terminal, command);
      const described = await session.client.connections.type(type, { signal: terminal.signal });
      const settings = await settingsOf(terminal, described, options);
      const written = await session.client.connections.create(name, settings, asked(terminal, options));
      showWritten(session, written);
    });
}

function updateCommand(terminal: Terminal): Command {
  return withSettings(new Command('update').argument('<name>'))
    .description('change the named fields of a connection, and deploy it; secrets that are not named stay')
    .option('--rename <name>', 'its new name')
    .option('--enabled', 'switch it on')
    .addHelpText(
      'after',
      examples('connections update alerts --set port=465', 'connections update alerts --rename mail'),
    )
    .action(async (name: string, options: ProjectOptions & SettingOptions & { rename?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const { connections } = session.client;
      const before = await connections.get(name, asked(terminal, options));
      const described = await connections.type(before.type, { signal: terminal.signal });
      const settings = await settingsOf(terminal, described, options, before);
      const renamed = { ...settings, ...(options.rename !== undefined && { name: options.rename }) };
      showWritten(session, await connections.replace(name, renamed, asked(terminal, options)));
    });
}

function deleteCommand(terminal: Terminal): Command {
  return new Command('delete')
    .description('delete a connection, and take it from the workers')
    .argument('<name>')
    .action(async (name: string, options: ProjectOptions, command: Command) => {
      const session = openSession(terminal, command);
      const written = await session.client.connections.delete(name, asked(terminal, options));
      session.show(written, () => `${name} is deleted.\n`);
    });
}

function testCommand(terminal: Terminal): Command {
  return new Command('test')
    .description('ask the far end of a connection')
    .argument('<name>')
    .option('--environment <name>', 'whose variables count; default production')
    .action(async (name: string, options: ProjectOptions & { environment?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const { environment } = options;
      const result = await session.client.connections.test(name, { ...asked(terminal, options), environment });
      session.show(result, () => `${result.detail}\n`);
      if (!result.success) throw new CliError('service_failed', 'The test failed.');
    });
}

function deployCommand(terminal: Terminal): Command {
  return new Command('deploy')
    .description('deploy a connection as it is stored, and wait for the workers')
    .argument('<name>')
    .action(async (name: string, options: ProjectOptions, command: Command) => {
      const session = openSession(terminal, command);
      const results = await session.client.connections.deploy(name, asked(terminal, options));
      showResults(session, results, results);
    });
}

/** `tributary connections list|show|create|update|delete|test|deploy|read` */
export function connectionsCommand(terminal: Terminal): Command {
  const connection = new Command('connections').alias('connection').description('connections of a project, by name');
  const commands = [
    listCommand,
    showCommand,
    createCommand,
    updateCommand,
    deleteCommand,
    testCommand,
    deployCommand,
    readCommand,
  ];
  for (const make of commands) {
    connection.addCommand(make(terminal).option('--project <name>', 'the project; default is `default`'));
  }
  return connection;
}
