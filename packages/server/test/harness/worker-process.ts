import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { spawnNode } from './spawned-process.ts';

/** A worker that was started on its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Everything that it wrote to stdout and stderr. */
  output(): string;
  /** False once it has ended. */
  alive(): boolean;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; also ends a stopped process. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** Gives the exit code when it ends, `null` after a signal. */
  readonly exited: Promise<number | null>;
}

const workerFile = new URL('../../src/worker-main.ts', import.meta.url);

export interface WorkerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs it. */
  readonly through?: readonly string[];
  /** What it runs in the place of a worker as it is. */
  readonly entry?: URL;
}

/**
 * Runs a worker as if in another container of this machine: under another host name nobody can tell which process it is, so
 * nobody kills it when it loses its lease. Only root may do so.
 */
export const inAnotherContainer: readonly string[] = [
  'unshare',
  '--uts',
  'sh',
  '-c',
  'hostname elsewhere; exec "$@"',
  'sh',
];

/** Starts a worker on a data directory; does not wait until it is ready. */
export function spawnWorker(
  dataDir: string,
  { env = {}, through = [], entry = workerFile }: WorkerOptions = {},
): WorkerProcess {
  const variables = {
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_INTERNAL_SOURCES: '1',
    TRIBUTARY_LEASE_MS: '2000',
    ...env,
  };
  const { child, output } = spawnNode(entry.pathname, variables, through);
  const exited = (once(child, 'exit') as Promise<[number | null]>).then(([code]) => code);
  const alive = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    output,
    alive,
    signal: (name) => void child.kill(name),
    async kill() {
      if (alive()) child.kill('SIGKILL');
      await exited;
    },
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    exited,
  };
}

/** Starts a worker and waits until it looks for jobs. */
export async function startWorker(dataDir: string, options: WorkerOptions = {}): Promise<WorkerProcess> {
  const worker = spawnWorker(dataDir, options);
  try {
    await eventually('the worker to look for jobs', async () => {
      if (!worker.alive()) throw new Error(`the worker ended: ${worker.output()}`);
      return worker.output().includes('looks for jobs') ? true : undefined;
    });
  } catch (error) {
    await worker.kill();
    throw error;
  }
  return worker;
}
