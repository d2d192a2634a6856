import type { Logger } from 'pino';
import { systemClock } from '../lib/clock.ts';
import type { DeploymentWorker } from '../deployments/workers/deployment-worker.ts';
import type { ConnectionId, JobId } from '../lib/ids.ts';
import type { Finished } from './finish.ts';
import { formatOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import type { WorkerParts } from './worker-parts.ts';
import type { WorkerConfig } from './worker-settings.ts';
import type { Worker } from './worker.ts';
import { createWorker } from './worker.ts';

export interface Work {
  readonly parts: WorkerParts;
  readonly config: Pick<WorkerConfig, 'jobsPerWorker' | 'leaseMs'>;
  readonly log: Logger;
  readonly owner: Owner;
  /** Hears the worker before it claims its first job. */
  readonly onReady?: (worker: Worker, deployments: DeploymentWorker) => void;
  readonly onFinished?: (finished: Finished) => void;
  readonly onEvents?: (jobId: JobId) => void;
  /** Hears of deployed connections that this process has answered about. */
  readonly onAnswered?: (connectionId: ConnectionId) => void;
}

/** Runs jobs and holds deployed connections in this process until the signal is aborted and all leases are given back. */
export async function work(
  { parts, config, log, owner, onReady, onFinished, onEvents, onAnswered }: Work,
  signal: AbortSignal,
): Promise<void> {
  const worker = createWorker({
    ...parts,
    clock: systemClock,
    log,
    owner: formatOwner(owner),
    concurrency: config.jobsPerWorker,
    leaseMs: config.leaseMs,
    onFinished(finished) {
      logFinished(log, finished);
      onFinished?.(finished);
    },
    ...(onEvents && { onEvents }),
  });
  const deployments = parts.holdDeployments(formatOwner(owner), onAnswered);
  onReady?.(worker, deployments);
  await Promise.all([worker.run(signal), deployments.run(signal)]);
  await deployments.held.close();
}

function logFinished(log: Logger, { job, credentialPaused }: Finished): void {
  const fields = {
    organizationId: job.organization_id,
    sourceConnectionId: job.source_connection_id,
    jobId: job.id,
    state: job.state,
    attempt: job.attempts,
    error: job.error_code ?? undefined,
  };
  if (credentialPaused) log.warn(fields, 'the schedule is paused until the credential is renewed');
  else log.info(fields, 'a sync job went on');
}
