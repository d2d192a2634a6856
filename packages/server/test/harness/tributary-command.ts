import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';

export interface RunningCommand {
  readonly child: ChildProcess;
  /** Its exit code (null after a signal) and all that it wrote. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

const cli = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));

/** Runs `tributary` as a process of its own, with nothing of this process's environment but `childEnvironment` and the given variables. */
export function spawnTributary(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...childEnvironment(), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}
