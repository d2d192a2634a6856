import { sql } from 'kysely';
import type { Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables, JobState, JobTrigger, Millis } from '../control/schema.ts';
import { newId } from '../lib/ids.ts';
import type { CollectionId, JobId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';
import { appendEvent } from './events.ts';
import type { JobRow, Lease } from './job-row.ts';
import { isTerminal, leasedStates, liveStates, move } from './states.ts';

export interface NewJob {
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly collectionId: CollectionId;
  readonly syncId: SyncId;
  readonly trigger: JobTrigger;
  readonly fullRefresh: boolean;
  readonly requestedByEmail: string | null;
}

/**
 * Inserts pending jobs, leaving out source connections that have a live one; gives those that were inserted. Their first
 * event is still to be written.
 */
export async function insertPendingJobs(
  db: Queryable,
  jobs: readonly NewJob[],
  now: Millis,
): Promise<readonly JobRow[]> {
  if (jobs.length === 0) return [];
  return (
    db
      .insertInto('sync_job')
      .values(
        jobs.map((job) => ({
          id: newId<JobId>(),
          organization_id: job.organizationId,
          source_connection_id: job.sourceConnectionId,
          collection_id: job.collectionId,
          sync_id: job.syncId,
          state: 'pending' as const,
          trigger_kind: job.trigger,
          full_refresh: job.fullRefresh ? (1 as const) : (0 as const),
          requested_at: now,
          event_sequence: 1,
          requested_by_email: job.requestedByEmail,
        })),
      )
      // Only the index of live jobs can conflict: ids are fresh.
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .execute()
  );
}

/** The one pending, running or cancelling job of a source connection. */
export function findLiveJob(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<JobRow | undefined> {
  return db
    .selectFrom('sync_job')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('source_connection_id', '=', id)
    .where('state', 'in', liveStates)
    .executeTakeFirst();
}

export interface Move {
  readonly jobId: JobId;
  readonly from: JobState;
  readonly to: JobState;
  /** Compared when a worker, or somebody who saw its lease end, moves the job. */
  readonly lease: Lease | undefined;
  readonly set?: Updateable<ControlTables['sync_job']>;
  /** Entities met by record type, for the event. */
  readonly encountered?: Readonly<Record<string, number>>;
  readonly now: Millis;
}

/**
 * Moves a job from one state to another and writes the event, when it is still in the first and the lease still holds.
 * Leaving the leased states drops the lease; an end gets its time. Gives the row, or `undefined` when nothing was moved.
 */
export async function moveJob(db: Queryable, step: Move): Promise<JobRow | undefined> {
  const { jobId, from, to, lease, set, now } = step;
  const leased = (leasedStates as readonly JobState[]).includes(to);
  const row = await db
    .updateTable('sync_job')
    .set({
      ...set,
      ...(leased ? {} : { lease_owner: null, lease_until: null }),
      ...(isTerminal(to) ? { completed_at: now } : {}),
      state: move(from, to),
    })
    .set((eb) => ({ event_sequence: eb('event_sequence', '+', 1) }))
    .where('id', '=', jobId)
    .where('state', '=', from)
    .$if(lease !== undefined, (query) =>
      query.where('lease_owner', '=', lease?.owner ?? '').where('fence', '=', lease?.fence ?? -1),
    )
    .returningAll()
    .executeTakeFirst();
  if (row) await appendEvent(db, row, 'state', now, step.encountered);
  return row;
}

const JOBS_KEPT = 1_000;

/** A source connection keeps its newest thousand jobs: continuous ones would fill the table. */
export async function deleteOldJobs(db: Queryable, id: SourceConnectionId): Promise<void> {
  const oldest = await db
    .selectFrom('sync_job')
    .select('requested_at')
    .where('source_connection_id', '=', id)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(JOBS_KEPT)
    .executeTakeFirst();
  if (!oldest) return;
  await db
    .deleteFrom('sync_job')
    .where('source_connection_id', '=', id)
    .where('requested_at', '<=', oldest.requested_at)
    .where(sql<boolean>`state not in ('pending', 'running', 'cancelling')`)
    .execute();
}
