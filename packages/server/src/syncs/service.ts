import type { Actor } from '../auth/actor.ts';
import type { Counts, StoredFailure } from '../collection-store/port.ts';
import type { JobState } from '../control/schema.ts';
import type { JobId, SourceConnectionId } from '../lib/ids.ts';
import type { SyncJob } from './model.ts';

/** One thing that happened to a job; `sequence` rises by one within the job and is what `Last-Event-ID` carries. */
export interface JobEvent {
  readonly sequence: number;
  readonly kind: 'state' | 'progress';
  readonly state: JobState;
  readonly counts: Counts;
  /** Entities met so far by record type. */
  readonly encountered: Readonly<Record<string, number>>;
  readonly error: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The runs of source connections. Every call stays inside the actor's organization. */
export interface SyncService {
  /** Throws `sync_already_running`, `sync_not_active`, `sync_not_found`, `source_connection_not_found`. */
  start(actor: Actor, id: SourceConnectionId, input: { readonly fullRefresh: boolean }): Promise<SyncJob>;
  /** Starts every source connection of the collection that is not running already; gives the jobs. */
  startAll(actor: Actor, collectionReadableId: string): Promise<readonly SyncJob[]>;
  /** Newest first. */
  list(actor: Actor, id: SourceConnectionId, limit: number): Promise<readonly SyncJob[]>;
  /** Throws `job_not_found` also when the job belongs to another source connection. */
  get(actor: Actor, id: SourceConnectionId, jobId: JobId): Promise<SyncJob>;
  /** A pending job ends at once, a running one within seconds. Throws `job_not_cancellable`. */
  cancel(actor: Actor, id: SourceConnectionId, jobId: JobId): Promise<SyncJob>;
  listFailures(
    actor: Actor,
    id: SourceConnectionId,
    jobId: JobId,
    page: { readonly skip: number; readonly limit: number },
  ): Promise<readonly StoredFailure[]>;
  /** Events after `afterSequence` (-1: all), then live ones, until the job has ended or the signal is aborted. */
  follow(actor: Actor, jobId: JobId, afterSequence: number, signal: AbortSignal): AsyncIterable<JobEvent>;
}
