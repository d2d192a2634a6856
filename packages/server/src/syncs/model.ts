import type { ErrorCategory, JobState, JobTrigger, Millis } from '../control/schema.ts';
import type { JobId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';

/** One run of a source connection, as the API's presenters see it. */
export interface SyncJob {
  readonly id: JobId;
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly syncId: SyncId;
  readonly state: JobState;
  readonly trigger: JobTrigger;
  readonly fullRefresh: boolean;
  readonly attempts: number;
  readonly requestedAt: Millis;
  readonly startedAt: Millis | null;
  readonly completedAt: Millis | null;
  readonly counts: {
    readonly inserted: number;
    readonly updated: number;
    readonly deleted: number;
    readonly kept: number;
    readonly failed: number;
    readonly chunks: number;
  };
  readonly error: { readonly code: string; readonly message: string; readonly category: ErrorCategory | null } | null;
}

/** How often a sync has ended, and how. */
export interface RunTotals {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
}

/** The newest job of a source connection, and the newest that has ended: the same one, unless it is still going on. */
export interface LatestJobs {
  readonly newest: SyncJob | null;
  readonly ended: SyncJob | null;
}

export interface JobSummary {
  readonly newest: SyncJob | null;
  readonly totals: RunTotals;
}
