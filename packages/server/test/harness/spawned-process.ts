import { spawn, type ChildProcess } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';

export interface SpawnedProcess {
  readonly child: ChildProcess;
  /** Everything that it wrote to stdout and stderr. */
  output(): string;
}

/** Runs a TypeScript file with nothing of this process's environment but `childEnvironment` and the given variables; does not wait. */
export function spawnNode(
  file: string,
  env: Readonly<Record<string, string>>,
  /** A command that runs it, for example `['nice']`. */
  through: readonly string[] = [],
): SpawnedProcess {
  const [command, ...args] = [...through, process.execPath, file];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...childEnvironment(), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return { child, output: () => output };
}
