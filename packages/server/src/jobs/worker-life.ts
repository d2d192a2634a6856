import { once } from 'node:events';
import type { Logger } from 'pino';
import type { RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import { assert } from '../lib/asserts.ts';
import { systemClock } from '../lib/clock.ts';
import type { Clock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { countsOf } from './job-row.ts';
import { formatOwner, ownOwner } from './owner.ts';
import { isTerminal } from './states.ts';
import { work } from './work.ts';
import type { WorkerParts } from './worker-parts.ts';
import type { FromWorker, ToWorker, WorkerConfig } from './worker-settings.ts';
import { fromSettings } from './worker-settings.ts';

interface WorkerBase {
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRenewal: (outcome: RenewalOutcome) => void;
}

type OpenParts = (config: WorkerConfig, base: WorkerBase) => Promise<WorkerParts>;

/**
 * The life of a worker process of a service: waits for its settings, runs jobs until it is told to stop (SIGTERM, SIGINT, or
 * the end of the service that started it), gives its leases back and ends.
 */
export async function liveAsWorker(open: OpenParts): Promise<void> {
  const [first] = (await once(process, 'message')) as [ToWorker];
  assert(first.type === 'start', 'a worker is told its settings first');
  const config = fromSettings(first.settings);
  const log = createLog({ level: config.logLevel, base: { worker: process.pid } });
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort());
  process.on('disconnect', () => stopped.abort());
  try {
    const parts = await open(config, {
      clock: systemClock,
      log,
      onRenewal: (outcome) => tellService({ type: 'renewal', outcome }),
    });
    await workForService(parts, config, log, stopped.signal);
    await parts.close();
  } catch (error) {
    log.error({ error }, 'a worker cannot go on');
    process.exit(1);
  }
  // A run that did not let go may still hold sockets; its lease is gone, so nothing is lost with it.
  process.exit(0);
}

function workForService(parts: WorkerParts, config: WorkerConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const owner = ownOwner(process.ppid);
  return work(
    {
      parts,
      config,
      log,
      owner,
      onReady(worker, deployments) {
        process.on('message', (message: ToWorker) => {
          if (message.type === 'wake') worker.wake();
          else if (message.type === 'deployment') deployments.tell(message.connectionId);
        });
        tellService({ type: 'ready', owner: formatOwner(owner) });
      },
      onFinished({ job }) {
        if (isTerminal(job.state)) tellService({ type: 'ended', job: { state: job.state, counts: countsOf(job) } });
      },
      onAnswered: (connectionId) => tellService({ type: 'answered', connectionId }),
      onEvents: (jobId) => tellService({ type: 'events', jobId }),
    },
    signal,
  );
}

function tellService(message: FromWorker): void {
  // A service that is gone needs no messages; its end stops the worker anyway.
  process.send?.(message, undefined, undefined, () => undefined);
}
