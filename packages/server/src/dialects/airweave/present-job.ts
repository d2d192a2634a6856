import type { z } from 'zod';
import type { JobState } from '../../control/schema.ts';
import type { SyncJob } from '../../syncs/model.ts';
import type { SourceConnectionJob, SyncJobDetails, SyncJobStatus } from './job-schema.ts';
import { timestampOrNull } from '../../http/wire-values.ts';

/** The published list has no word for a job that a stop of the service ended; it counts as cancelled. */
export function jobStatus(state: JobState): z.output<typeof SyncJobStatus> {
  return state === 'interrupted' ? 'cancelled' : state;
}

export function presentJobDetails(job: SyncJob): z.output<typeof SyncJobDetails> {
  const { startedAt, completedAt, counts } = job;
  return {
    id: job.id,
    status: jobStatus(job.state),
    started_at: timestampOrNull(startedAt),
    completed_at: timestampOrNull(completedAt),
    duration_seconds: startedAt === null || completedAt === null ? null : (completedAt - startedAt) / 1000,
    entities_inserted: counts.inserted,
    entities_updated: counts.updated,
    entities_deleted: counts.deleted,
    entities_failed: counts.failed,
    error: job.error?.message ?? null,
  };
}

export function presentJob(job: SyncJob): z.output<typeof SourceConnectionJob> {
  return {
    ...presentJobDetails(job),
    source_connection_id: job.sourceConnectionId,
    error_details: job.error && { code: job.error.code, category: job.error.category },
  };
}
