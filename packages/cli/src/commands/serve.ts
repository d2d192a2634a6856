import { Command } from 'commander';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { runServerProcess } from './run-server-process.ts';

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

/** `tributary serve` */
export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description('run the service here; every setting is an environment variable, see docs/operate.md')
    .option('--port <port>', 'port to listen on; also PORT')
    .option('--host <address>', 'address to listen on; also HOST')
    .option('--data-dir <path>', 'where the databases are; also TRIBUTARY_DATA_DIR')
    .addHelpText('after', examples('serve', 'serve --port 9000 --data-dir /var/lib/tributary'))
    .action(({ port, host, dataDir }: ServeOptions) =>
      runServerProcess(terminal, {
        name: 'service',
        module: import.meta.resolve('@tributary/server/main'),
        env: { PORT: port, HOST: host, TRIBUTARY_DATA_DIR: dataDir },
      }),
    );
}
