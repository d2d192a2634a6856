import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CliError } from '../exit-codes.ts';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

/** Runs the service as a child, so that it is the same process whoever starts it. */
async function serve(terminal: Terminal, options: ServeOptions): Promise<void> {
  const { port, host, dataDir } = options;
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve('@tributary/server/main'))], {
    stdio: 'inherit',
    // In a process group of its own, or Ctrl-C would reach it twice: from the terminal and from us.
    detached: true,
    env: {
      ...terminal.env,
      ...(port !== undefined && { PORT: port }),
      ...(host !== undefined && { HOST: host }),
      ...(dataDir !== undefined && { TRIBUTARY_DATA_DIR: dataDir }),
    },
  });
  const stop = () => child.kill('SIGTERM');
  terminal.signal.addEventListener('abort', stop, { once: true });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  terminal.signal.removeEventListener('abort', stop);
  if (code === 0) return;
  throw new CliError(
    'service_failed',
    `The service ended with ${code ?? signal ?? 'an error'}; its last lines say why.`,
  );
}

/** `tributary serve` */
export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description('run the service here; every setting is an environment variable, see docs/operate.md')
    .option('--port <port>', 'port to listen on; also PORT')
    .option('--host <address>', 'address to listen on; also HOST')
    .option('--data-dir <path>', 'where the databases are; also TRIBUTARY_DATA_DIR')
    .addHelpText('after', examples('serve', 'serve --port 9000 --data-dir /var/lib/tributary'))
    .action((options: ServeOptions) => serve(terminal, options));
}
