import { z } from 'zod';
import type { StoredFailure } from '../../collection-store/port.ts';
import type { SyncJob } from '../../syncs/model.ts';
import { Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';

export const JobState = z.enum(['pending', 'running', 'cancelling', 'completed', 'failed', 'cancelled', 'interrupted']);

const Counts = z
  .object({
    inserted: z.int(),
    updated: z.int(),
    kept: z.int(),
    deleted: z.int(),
    failed: z.int(),
    chunks: z.int(),
  })
  .meta({ id: 'JobCounts' });

export const Job = z
  .object({
    id: z.guid(),
    sourceConnectionId: z.guid(),
    syncId: z.guid(),
    state: JobState,
    trigger: z.enum(['manual', 'schedule', 'initial', 'resume']),
    fullRefresh: z.boolean(),
    attempts: z.int(),
    requestedAt: Timestamp,
    startedAt: Timestamp.nullable(),
    completedAt: Timestamp.nullable(),
    counts: Counts,
    error: z.object({ code: z.string(), message: z.string(), category: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Job' });

export function presentJob(job: SyncJob): z.output<typeof Job> {
  const { organizationId: _, ...shown } = job;
  return {
    ...shown,
    requestedAt: timestamp(job.requestedAt),
    startedAt: timestampOrNull(job.startedAt),
    completedAt: timestampOrNull(job.completedAt),
  };
}

export const RecordFailure = z
  .object({
    stream: z.string(),
    key: z.string().nullable(),
    code: z.string(),
    message: z.string(),
    at: Timestamp,
  })
  .meta({ id: 'RecordFailure' });

export function presentFailure(failure: StoredFailure): z.output<typeof RecordFailure> {
  const { stream, key = null, code, message } = failure;
  return { stream, key, code, message, at: timestamp(failure.at) };
}
