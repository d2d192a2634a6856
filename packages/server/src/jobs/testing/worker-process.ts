import { openControlStore } from '../../control/open.ts';
import type { ExecuteJob } from '../running-job.ts';
import { liveAsWorker } from '../worker-life.ts';
import type { WorkerParts } from '../worker-parts.ts';

const counts = { inserted: 1, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 1 };

/**
 * A worker process for tests. A manual job runs until it is stopped, a full refresh kills its worker, and whatever goes on
 * with one of them completes.
 */
const execute: ExecuteJob = async (job, { signal }) => {
  if (job.trigger === 'resume' || job.attempt > 1) return { type: 'completed', counts, held: [] };
  if (job.fullRefresh) process.kill(process.pid, 'SIGKILL');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return signal.reason === 'fenced' ? { type: 'fenced' } : { type: signal.reason as 'cancelled', counts };
};

/** Holds no connections. */
const holdDeployments: WorkerParts['holdDeployments'] = () => ({
  held: { find: () => undefined, get: () => undefined, list: () => [], close: async () => undefined },
  run: async () => undefined,
  tell: () => undefined,
});

await liveAsWorker(async (config, { clock }) => {
  const control = await openControlStore({ ...config, clock, busy: 'block', migrations: 'verify' });
  return {
    control,
    execute,
    settle: async () => undefined,
    variables: { valuesIn: async () => new Map() },
    keyMaterial: { open: async () => undefined, has: async () => false },
    holdDeployments,
    close: () => control.close(),
  };
});
