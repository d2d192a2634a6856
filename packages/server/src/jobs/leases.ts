import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { sql } from 'kysely';
import type { Counts, JobRef } from '../collection-store/port.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { ControlTables, JobState, Millis } from '../control/schema.ts';
import { statements } from '../control/statements.ts';
import { failpoint } from '../lib/failpoints.ts';
import type { JobId } from '../lib/ids.ts';
import { endJob } from './ending.ts';
import { appendEvent, deleteOldProgress } from './events.ts';
import type { JobRow, Lease } from './job-row.ts';
import { countsOf, totalOf } from './job-row.ts';
import { moveJob } from './repository.ts';
import { leasedStates } from './states.ts';

export interface Heartbeat {
  /** Somebody else has these now, or they are gone: stop, and write nothing more. */
  readonly lost: readonly JobId[];
  /** A person wants these to stop. */
  readonly cancelled: readonly JobId[];
}

/** Renews leases until `until`; says which are lost and which are to be cancelled. */
export async function heartbeat(db: Queryable, leases: readonly Lease[], until: Millis): Promise<Heartbeat> {
  if (leases.length === 0) return { lost: [], cancelled: [] };
  const rows = await db
    .updateTable('sync_job')
    .set({ lease_until: until })
    .where('state', 'in', leasedStates)
    .where((eb) => eb.or(leases.map((lease) => held(eb, lease))))
    .returning(['id', 'state'])
    .execute();
  const kept = new Set(rows.map((row) => row.id));
  return {
    lost: leases.filter((lease) => !kept.has(lease.jobId)).map((lease) => lease.jobId),
    cancelled: rows.filter((row) => row.state === 'cancelling').map((row) => row.id),
  };
}

function held(eb: ExpressionBuilder<ControlTables, 'sync_job'>, lease: Lease): Expression<SqlBool> {
  return eb.and([eb('id', '=', lease.jobId), eb('lease_owner', '=', lease.owner), eb('fence', '=', lease.fence)]);
}

/** Jobs of a worker that a person wants to stop; cheap enough to ask every second. */
export async function listCancelled(db: Queryable, owner: string): Promise<readonly JobId[]> {
  const rows = await db
    .selectFrom('sync_job')
    .select('id')
    // Literals, so that both databases see that the index of running jobs fits.
    .where(sql<boolean>`state in ('running', 'cancelling')`)
    .where('state', '=', 'cancelling')
    .where('lease_owner', '=', owner)
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Keeps the collection store's fence, which may be higher, with the lease: nobody who claimed earlier can speak for the
 * job any more. Gives the lease to go on with; `undefined` when it was lost.
 */
export async function raiseFence(db: Queryable, lease: Lease, fence: number): Promise<Lease | undefined> {
  const { numUpdatedRows } = await db
    .updateTable('sync_job')
    .set({ fence })
    .where('state', 'in', leasedStates)
    .where('fence', '<=', fence)
    .where((eb) => held(eb, lease))
    .executeTakeFirst();
  return numUpdatedRows > 0n ? { ...lease, fence } : undefined;
}

export interface Progress {
  readonly counts: Counts;
  readonly sequence: number;
  readonly encountered: Readonly<Record<string, number>>;
}

/** Copies the collection store's counts and writes a progress event; `false` when the lease is lost. */
export async function setCounts(db: Queryable, lease: Lease, progress: Progress, now: Millis): Promise<boolean> {
  const row = await db
    .updateTable('sync_job')
    .set((eb) => ({
      ...progress.counts,
      sequence: progress.sequence,
      event_sequence: eb('event_sequence', '+', 1),
    }))
    .where('state', 'in', leasedStates)
    .where((eb) => held(eb, lease))
    .returningAll()
    .executeTakeFirst();
  if (!row) return false;
  await appendEvent(db, row, 'progress', now, progress.encountered);
  await deleteOldProgress(db, row);
  return true;
}

export interface GiveBack {
  readonly counts?: Counts;
  readonly notBefore: Millis | null;
  /** How many attempts in a row have brought nothing; default: as before. */
  readonly stalledAttempts?: number | undefined;
  readonly now: Millis;
}

/**
 * Gives a lease back: the job waits until `notBefore`, or may be claimed at once. One that is being cancelled ends
 * instead. `undefined` when the lease was lost.
 */
export async function giveBack(db: Queryable, lease: Lease, input: GiveBack): Promise<JobRow | undefined> {
  const { jobId } = lease;
  const move = { jobId, lease, now: input.now };
  const waiting = await moveJob(db, {
    ...move,
    from: 'running',
    to: 'pending',
    set: {
      ...input.counts,
      not_before: input.notBefore,
      ...(input.stalledAttempts === undefined ? {} : { stalled_attempts: input.stalledAttempts }),
    },
  });
  failpoint('give-back.before-commit');
  if (waiting) return waiting;
  const set = input.counts ?? {};
  return (await endJob(db, { ...move, from: 'cancelling', to: 'cancelled', set }))?.job;
}

/** A lease that was taken from a worker. */
export interface TakenLease {
  readonly jobId: JobId;
  readonly owner: string;
  /** Where the job went: another attempt waits, or it has ended. */
  readonly state: JobState;
}

/** Attempts in a row that end with their worker and bring nothing; then the job itself must be the cause. */
export const STALLED_ATTEMPTS = 5;
const BATCH = 200;

/**
 * Keeps the owner of a lease from writing to the collection store any more, and gives what its job came to there: the copy
 * in the control store may be behind. `undefined` when the store has nothing of the job.
 */
export type SettleLease = (job: JobRef & { readonly owner: string }) => Promise<Counts | undefined>;

export interface Expiry {
  readonly owner: string;
  /** What this worker runs: late, but not dead. Its other leases are as dead as anybody's. */
  readonly held: readonly JobId[];
  readonly settle: SettleLease;
  readonly now: Millis;
}

/** Takes the leases that have run out. */
export function expireLeases(
  control: ControlStore,
  { owner, held, settle, now }: Expiry,
): Promise<readonly TakenLease[]> {
  const own = sql`(lease_owner = ${owner} and ${statements[control.dialect].isOneOf('id', held)})`;
  return takeLeases(control, sql`lease_until < ${now} and not ${own}`, settle, now);
}

/** Takes every lease of a worker that is known to be dead. */
export function takeBack(
  control: ControlStore,
  owner: string,
  settle: SettleLease,
  now: Millis,
): Promise<readonly TakenLease[]> {
  return takeLeases(control, sql`lease_owner = ${owner}`, settle, now);
}

/** Whether the lease is still this owner's. */
export async function isHeld(db: Queryable, lease: Lease): Promise<boolean> {
  const row = await db
    .selectFrom('sync_job')
    .select('id')
    .where('state', 'in', leasedStates)
    .where((eb) => held(eb, lease))
    .executeTakeFirst();
  return row !== undefined;
}

/** Everybody who holds a lease. */
export async function listOwners(db: Queryable): Promise<readonly string[]> {
  const { rows } = await sql<{ lease_owner: string }>`
    select distinct lease_owner from sync_job where state in ('running', 'cancelling') and lease_owner is not null`.execute(
    db,
  );
  return rows.map((row) => row.lease_owner);
}

async function takeLeases(
  control: ControlStore,
  which: ReturnType<typeof sql>,
  settle: SettleLease,
  now: Millis,
): Promise<readonly TakenLease[]> {
  const rows = (db: Queryable, lock: ReturnType<typeof sql>) =>
    sql<JobRow>`select * from sync_job where state in ('running', 'cancelling') and ${which} limit ${BATCH} ${lock}`.execute(
      db,
    );
  const candidates = (await rows(control.db, sql``)).rows;
  if (candidates.length === 0) return [];
  const settled = new Map<string, Counts | undefined>();
  // A collection that cannot be written now must not keep its jobs from going on; whoever claims them meets it again.
  for (const row of candidates) settled.set(nameOf(row), await settle(refOf(row)).catch(() => undefined));
  return control.transaction(async (tx) => {
    const taken: TakenLease[] = [];
    for (const row of (await rows(tx, statements[control.dialect].skipLocked('sync_job'))).rows) {
      // Another attempt's: its turn comes with the next look.
      if (!settled.has(nameOf(row))) continue;
      const job = await takeLease(tx, row, settled.get(nameOf(row)) ?? countsOf(row), now);
      if (job) taken.push({ jobId: row.id, owner: row.lease_owner ?? '', state: job.state });
    }
    return taken;
  });
}

/** The lease, not only the job: it may have changed hands since it was looked at. */
const nameOf = (row: JobRow): string => `${row.id} ${row.lease_owner ?? ''} ${row.fence}`;

function refOf(row: JobRow): JobRef & { readonly owner: string } {
  const { id, collection_id, source_connection_id, fence, lease_owner } = row;
  const job = { jobId: id, collectionId: collection_id, sourceConnectionId: source_connection_id, fence };
  return { ...job, owner: lease_owner ?? '' };
}

async function takeLease(tx: Queryable, row: JobRow, counts: Counts, now: Millis): Promise<JobRow | undefined> {
  const lease = { jobId: row.id, owner: row.lease_owner ?? '', fence: row.fence };
  const move = { jobId: row.id, lease, now };
  if (row.state === 'cancelling')
    return (await endJob(tx, { ...move, from: 'cancelling', to: 'cancelled', set: counts }))?.job;
  const stalled = totalOf(counts) > row.counts_at_claim ? 0 : row.stalled_attempts + 1;
  const set = { ...counts, stalled_attempts: stalled };
  if (stalled < STALLED_ATTEMPTS) return moveJob(tx, { ...move, from: 'running', to: 'pending', set });
  const ended = await endJob(tx, {
    ...move,
    from: 'running',
    to: 'failed',
    set: {
      ...set,
      error_code: 'worker_died',
      error_message: `The worker died ${STALLED_ATTEMPTS} times in a row without getting further. A record may be too large for its memory; look into the service's log.`,
    },
  });
  return ended?.job;
}
