import type { JobState } from '../../control/schema.ts';
import type { SyncJob } from '../../syncs/model.ts';
import type { JobEvent } from '../../syncs/service.ts';
import { jobStatus } from './present-job.ts';
import { timestamp } from '../../http/wire-values.ts';

const ended: ReadonlySet<JobState> = new Set(['completed', 'failed', 'cancelled', 'interrupted']);

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

export function presentProgress(event: JobEvent) {
  const { inserted, updated, deleted, kept, failed } = event.counts;
  return {
    inserted,
    updated,
    deleted,
    kept,
    skipped: failed,
    entities_encountered: event.encountered,
    status: jobStatus(event.state),
    last_update_timestamp: timestamp(event.at),
    ...(event.error !== null && { error: event.error }),
  };
}

export function presentState(job: SyncJob, event: JobEvent) {
  return {
    type: 'entity_state',
    job_id: job.id,
    sync_id: job.syncId,
    entity_counts: event.encountered,
    total_entities: sum(event.encountered),
    job_status: jobStatus(event.state),
    error: event.error,
  };
}

/** The last event of a job that has ended; undefined for any other. */
export function presentSyncComplete(event: JobEvent) {
  if (!ended.has(event.state)) return undefined;
  const { inserted, updated, deleted } = event.counts;
  return {
    type: 'sync_complete',
    is_complete: event.state === 'completed',
    is_failed: event.state === 'failed',
    final_counts: event.encountered,
    total_entities: sum(event.encountered),
    total_operations: inserted + updated + deleted,
    final_status: jobStatus(event.state),
    error: event.error,
  };
}
