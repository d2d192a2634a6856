import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { CollectionReaders, Counts, StoredFailure } from '../collection-store/port.ts';
import type { Listed } from '../collections/model.ts';
import type { CollectionService } from '../collections/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { JobState } from '../control/schema.ts';
import { AppError, errors } from '../errors.ts';
import type { JobBus } from '../jobs/job-bus.ts';
import { enqueueJob, requestCancel } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId, SourceConnectionId } from '../lib/ids.ts';
import type { SourceConnection } from '../source-connections/model.ts';
import type { SourceConnectionService } from '../source-connections/service.ts';
import { followJob } from './follow.ts';
import type { SyncJob } from './model.ts';
import { findJob, listJobs } from './repository.ts';

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
  /** A job whose source connection the caller does not name. Throws `job_not_found`. */
  find(actor: Actor, jobId: JobId): Promise<SyncJob>;
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

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly readers: CollectionReaders;
  readonly collections: CollectionService;
  readonly sourceConnections: SourceConnectionService;
  /** Says when a job has new events, to those who follow it. */
  readonly bus: JobBus;
  /** Tells the workers to look for work, and for cancellations, at once. */
  readonly wake: () => void;
}

/** Why the source connection may not run now, in the words of the published API. */
async function assertRunnable(needs: Needs, actor: Actor, id: SourceConnectionId): Promise<void> {
  const { status, syncId } = await needs.sourceConnections.getHead(actor, id);
  if (syncId === null || status.setup === 'pending_auth') throw errors.sync_not_found({ id });
  if (status.mode === 'off') throw errors.sync_not_active({ state: 'inactive' });
  if (status.mode === 'paused') throw errors.sync_not_active({ state: 'paused' });
}

async function getJob(db: Queryable, actor: Actor, id: SourceConnectionId, jobId: JobId): Promise<SyncJob> {
  const job = await findJob(db, actor.organizationId, jobId);
  if (job?.sourceConnectionId !== id) throw errors.job_not_found({ id: jobId });
  return job;
}

async function start(needs: Needs, actor: Actor, id: SourceConnectionId, fullRefresh: boolean): Promise<SyncJob> {
  const { control, clock, audit } = needs;
  await assertRunnable(needs, actor, id);
  const jobId = await control.transaction(async (tx) => {
    const queued = await enqueueJob(tx, {
      organizationId: actor.organizationId,
      sourceConnectionId: id,
      trigger: 'manual',
      fullRefresh,
      requestedByEmail: actor.email,
      now: clock.now(),
    });
    await audit.record(tx, actor, { action: 'sync.started', subjectKind: 'sync_job', subjectId: queued });
    return queued;
  });
  needs.wake();
  return getJob(control.db, actor, id, jobId);
}

/** Source connections are listed in pages of so many. */
const pageSize = 100;

/** The source connections of a collection, page by page. */
async function* eachId(needs: Needs, actor: Actor, readableId: string): AsyncGenerator<SourceConnectionId> {
  let after: string | null = null;
  do {
    const page = { skip: 0, limit: pageSize, ...(after !== null && { after }) };
    const { items, next }: Listed<SourceConnection> = await needs.sourceConnections.list(actor, page, readableId);
    for (const { id } of items) yield id;
    after = next;
  } while (after !== null);
}

/** Starts what can be started; what runs already, or cannot run now, is left out. */
async function startAll(needs: Needs, actor: Actor, readableId: string): Promise<SyncJob[]> {
  await needs.collections.get(actor, readableId);
  const jobs: SyncJob[] = [];
  for await (const id of eachId(needs, actor, readableId)) {
    try {
      jobs.push(await start(needs, actor, id, false));
    } catch (error) {
      if (!(error instanceof AppError && (error.kind === 'conflict' || error.kind === 'not_found'))) throw error;
    }
  }
  return jobs;
}

async function cancel(needs: Needs, actor: Actor, id: SourceConnectionId, jobId: JobId): Promise<SyncJob> {
  const { control, clock, audit } = needs;
  await control.transaction(async (tx) => {
    await getJob(tx, actor, id, jobId);
    await requestCancel(tx, { organizationId: actor.organizationId, jobId, now: clock.now() });
    await audit.record(tx, actor, { action: 'sync.cancel_requested', subjectKind: 'sync_job', subjectId: jobId });
  });
  needs.bus.tell(jobId);
  needs.wake();
  return getJob(control.db, actor, id, jobId);
}

export function createSyncService(needs: Needs): SyncService {
  const { control, sourceConnections } = needs;
  return {
    start: (actor, id, input) => start(needs, actor, id, input.fullRefresh),
    startAll: (actor, readableId) => startAll(needs, actor, readableId),
    async list(actor, id, limit) {
      await sourceConnections.getHead(actor, id);
      return listJobs(control.db, actor.organizationId, id, limit);
    },
    async find(actor, jobId) {
      const job = await findJob(control.db, actor.organizationId, jobId);
      if (!job) throw errors.job_not_found({ id: jobId });
      return job;
    },
    async get(actor, id, jobId) {
      await sourceConnections.getHead(actor, id);
      return getJob(control.db, actor, id, jobId);
    },
    async cancel(actor, id, jobId) {
      await sourceConnections.getHead(actor, id);
      return cancel(needs, actor, id, jobId);
    },
    async listFailures(actor, id, jobId, page) {
      const { collectionReadableId } = await sourceConnections.getHead(actor, id);
      await getJob(control.db, actor, id, jobId);
      const collection = await needs.collections.get(actor, collectionReadableId);
      return needs.readers.listFailures(collection.id, jobId, page.skip, page.limit);
    },
    async *follow(actor, jobId, afterSequence, signal) {
      const job = await findJob(control.db, actor.organizationId, jobId);
      if (!job) throw errors.job_not_found({ id: jobId });
      yield* followJob(needs, actor.organizationId, jobId, { after: afterSequence, signal });
    },
  };
}
