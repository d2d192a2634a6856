import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { certificatesCommand } from './commands/certificates.ts';
import { collectionsCommand } from './commands/collections.ts';
import { connectCommand } from './commands/connect.ts';
import { connectionsCommand } from './commands/connections.ts';
import { environmentsCommand } from './commands/environments.ts';
import { cancelCommand, jobsCommand, syncCommand } from './commands/jobs.ts';
import { notificationCommand } from './commands/notification.ts';
import { previewCommand } from './commands/preview.ts';
import { projectsCommand } from './commands/projects.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { sourceConnectionsCommand } from './commands/source-connections.ts';
import { sourcesCommand } from './commands/sources.ts';
import { systemSourcesCommand } from './commands/system-sources.ts';
import { variablesCommand } from './commands/variables.ts';
import { vaultCommand } from './commands/vault.ts';
import { workerCommand } from './commands/worker.ts';
import { connectorCommand } from './connector/connector.ts';
import { examples } from './session.ts';
import type { Terminal } from './terminal.ts';

const help = examples(
  'serve',
  'collections create "Team notes"',
  'connect files --collection team-notes-x1y2z3 --config path=/srv/notes',
  'search team-notes-x1y2z3 "how do we deploy"',
);

const exitCodes = `
Exit codes: 0 done, 2 command line, 3 key, 4 scope, 5 not found, 6 conflict, 7 refused input,
8 busy, 9 source, 10 no answer, 11 sync failed, 1 anything else.
`;

/** The whole command line; it throws instead of ending the process. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('tributary')
    .description('Connects data sources, keeps their records in sync and makes them searchable.')
    .version('0.1.0')
    .option('--url <address>', 'where the service is; also TRIBUTARY_URL', undefined)
    .option('--key <key>', 'API key; better given as TRIBUTARY_API_KEY, since others can see command lines')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help + exitCodes);
  const commands = [
    serveCommand(terminal),
    workerCommand(terminal),
    collectionsCommand(terminal),
    sourcesCommand(terminal),
    previewCommand(terminal),
    connectCommand(terminal),
    sourceConnectionsCommand(terminal),
    connectionsCommand(terminal),
    syncCommand(terminal),
    jobsCommand(terminal),
    cancelCommand(terminal),
    searchCommand(terminal),
    projectsCommand(terminal),
    environmentsCommand(terminal),
    variablesCommand(terminal),
    certificatesCommand(terminal),
    connectorCommand(terminal),
    notificationCommand(terminal),
    auditCommand(terminal),
    backupCommand(terminal),
    restoreCommand(terminal),
    vaultCommand(terminal),
    systemSourcesCommand(terminal),
  ];
  for (const command of commands) program.addCommand(command);
  everywhere(program, terminal);
  return program;
}

/** Added commands do not inherit these settings. */
function everywhere(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  for (const child of command.commands) everywhere(child, terminal);
}
