import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CliError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

export interface ServerProcess {
  /** For people: `service`, `worker`. */
  readonly name: string;
  /** The module that it runs, as `import.meta.resolve` gives it. */
  readonly module: string;
  /** Settings given on the command line; they go before those of the environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a process of the server as a child, so that it is the same process whoever starts it; ends when it does. */
export async function runServerProcess(terminal: Terminal, { name, module, env }: ServerProcess): Promise<void> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, [fileURLToPath(module)], {
    stdio: 'inherit',
    // In a process group of its own, or Ctrl-C would reach it twice: from the terminal and from us.
    detached: true,
    env: { ...terminal.env, ...given },
  });
  const stop = () => child.kill('SIGTERM');
  terminal.signal.addEventListener('abort', stop, { once: true });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  terminal.signal.removeEventListener('abort', stop);
  if (code === 0) return;
  throw new CliError(
    'service_failed',
    `The ${name} ended with ${code ?? signal ?? 'an error'}; its last lines say why.`,
  );
}
