import { Command } from 'commander';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { runServerProcess } from './run-server-process.ts';

interface WorkerOptions {
  readonly dataDir?: string;
  readonly jobs?: string;
}

/** `tributary worker` */
export function workerCommand(terminal: Terminal): Command {
  return new Command('worker')
    .description('run a worker of a service of this machine; it takes the same settings, see docs/operate.md')
    .option('--data-dir <path>', "the service's data directory; also TRIBUTARY_DATA_DIR")
    .option('--jobs <count>', 'sync jobs at once; also TRIBUTARY_JOBS_PER_WORKER')
    .addHelpText('after', examples('worker', 'worker --data-dir /var/lib/tributary --jobs 8'))
    .action(({ dataDir, jobs }: WorkerOptions) =>
      runServerProcess(terminal, {
        name: 'worker',
        module: import.meta.resolve('@tributary/server/worker-main'),
        env: { TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_JOBS_PER_WORKER: jobs },
      }),
    );
}
