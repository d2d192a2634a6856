import type { Queryable } from '../control/database.ts';
import type { JobTrigger, Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { JobId, OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import { endJob } from './ending.ts';
import { appendEvent } from './events.ts';
import type { JobRow } from './job-row.ts';
import { findLiveJob, insertPendingJobs, moveJob } from './repository.ts';
import { isTerminal } from './states.ts';

export { findLiveJob } from './repository.ts';

export interface EnqueueInput {
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly trigger: JobTrigger;
  /** Forget the cursors and read everything again. */
  readonly fullRefresh: boolean;
  readonly requestedByEmail: string | null;
  readonly now: Millis;
}

/**
 * Puts a job into the queue, in the caller's transaction; the row is the queue entry. Throws `sync_already_running` with
 * the live job's id and state, `source_connection_not_found`, `sync_not_found` before its authentication is finished, and
 * `sync_not_active` when the connection is off or its syncs are paused, by a person or by a refused credential.
 */
export async function enqueueJob(db: Queryable, input: EnqueueInput): Promise<JobId> {
  const { organizationId, sourceConnectionId } = input;
  const order = await db
    .selectFrom('source_connection')
    .innerJoin('connection', 'connection.id', 'source_connection.connection_id')
    .select([
      'source_connection.collection_id',
      'source_connection.sync_id',
      'source_connection.paused_by',
      'connection.enabled',
    ])
    .where('source_connection.organization_id', '=', organizationId)
    .where('source_connection.id', '=', sourceConnectionId)
    .where('source_connection.deleted_at', 'is', null)
    .executeTakeFirst();
  if (!order) throw errors.source_connection_not_found({ id: sourceConnectionId });
  if (order.sync_id === null) throw errors.sync_not_found({ id: sourceConnectionId });
  if (order.enabled === 0) throw errors.sync_not_active({ state: 'inactive' });
  if (order.paused_by !== null) throw errors.sync_not_active({ state: 'paused' });
  const job = { ...input, collectionId: order.collection_id, syncId: order.sync_id };
  const [inserted] = await insertPendingJobs(db, [job], input.now);
  if (inserted) {
    await appendEvent(db, inserted, 'state', input.now);
    return inserted.id;
  }
  const live = await findLiveJob(db, organizationId, sourceConnectionId);
  // It may have ended between the two statements; the caller may well try again then.
  throw errors.sync_already_running({ jobId: live?.id ?? '', state: live?.state ?? 'running' });
}

/**
 * Cancels a job in the caller's transaction: a pending one ends at once, a running one is asked to stop, one that is
 * being cancelled stays so. Throws `job_not_found`, and `job_not_cancellable` for a job that has ended.
 */
export async function requestCancel(
  db: Queryable,
  input: { readonly organizationId: OrganizationId; readonly jobId: JobId; readonly now: Millis },
): Promise<JobRow> {
  const { jobId, now } = input;
  const set = { cancel_requested_at: now };
  for (;;) {
    const job = await db
      .selectFrom('sync_job')
      .selectAll()
      .where('organization_id', '=', input.organizationId)
      .where('id', '=', jobId)
      .executeTakeFirst();
    if (!job) throw errors.job_not_found({ id: jobId });
    if (isTerminal(job.state)) throw errors.job_not_cancellable({ state: job.state });
    if (job.state === 'cancelling') return job;
    const moved =
      job.state === 'pending'
        ? (await endJob(db, { jobId, from: 'pending', to: 'cancelled', lease: undefined, set, now }))?.job
        : await moveJob(db, { jobId, from: 'running', to: 'cancelling', lease: undefined, set, now });
    // Nothing moved: a worker was faster, and the job is now somewhere else on its one-way path.
    if (moved) return moved;
  }
}
