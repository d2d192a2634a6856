import type { Selectable } from 'kysely';
import type { Counts } from '../collection-store/port.ts';
import type { ControlTables, JobState } from '../control/schema.ts';
import type { JobId } from '../lib/ids.ts';

export type JobRow = Selectable<ControlTables['sync_job']>;

/** What a job came to, for the operator's figures. */
export interface EndedJob {
  readonly state: JobState;
  readonly counts: Counts;
}

/** What proves that a worker may speak for a job; every statement of a worker compares all three. */
export interface Lease {
  readonly jobId: JobId;
  readonly owner: string;
  readonly fence: number;
}

export function countsOf(row: JobRow): Counts {
  const { inserted, updated, kept, deleted, failed, chunks } = row;
  return { inserted, updated, kept, deleted, failed, chunks };
}

/**
 * What a job has changed so far; rises as long as it gets anywhere. Records that were kept do not count: an attempt that
 * goes on before them reads them again, so they would rise for ever.
 */
export function totalOf(counts: Counts): number {
  return counts.inserted + counts.updated + counts.deleted + counts.failed;
}
