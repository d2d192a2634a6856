import type { HeldSweep } from '../engine/outcome.ts';
import type { Queryable } from '../control/database.ts';
import type { Flag, Millis } from '../control/schema.ts';
import { recordNotice } from '../notifications/notices/record.ts';
import type { JobRow } from './job-row.ts';
import type { Move } from './repository.ts';
import { deleteOldJobs, moveJob } from './repository.ts';

/** A continuous source that failed is left alone for at least this long. */
const REST_AFTER_FAILURE_MS = 60_000;
/** A source that asks for a second's rest at most and was followed for so long is followed on at once: changes come all the time. */
const FOLLOWED_MS = 30_000;
const SHORT_REST_MS = 1_000;

export interface Ending extends Move {
  /** Sweeps that were held back; only with `completed`. */
  readonly held?: readonly HeldSweep[];
}

export interface Ended {
  readonly job: JobRow;
  /** This job's failure paused the schedule; true once until it is resumed, so that one notice goes out. */
  readonly credentialPaused: boolean;
}

/**
 * Ends a job and does what follows for its source connection, in the caller's transaction: the next run of a continuous
 * schedule, a run at once after an interruption, the pause after a refused credential, sweeps that wait for a person.
 * Gives `undefined` when the job was not where the move begins, or the lease was lost.
 */
export async function endJob(db: Queryable, ending: Ending): Promise<Ended | undefined> {
  const job = await moveJob(db, ending);
  if (!job) return undefined;
  await setNextRun(db, job, ending.now);
  const credentialPaused = job.state === 'failed' && job.error_category !== null && (await pause(db, job, ending.now));
  if (job.state === 'failed') await tellFailure(db, job, credentialPaused, ending.now);
  if (job.state === 'completed') await noteSweeps(db, job, ending.held ?? [], ending.now);
  await deleteOldJobs(db, job.source_connection_id);
  return { job, credentialPaused };
}

async function setNextRun(db: Queryable, job: JobRow, now: Millis): Promise<void> {
  const order = await db
    .selectFrom('source_connection')
    .select(['continuous', 'continuous_every_seconds'])
    .where('id', '=', job.source_connection_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!order) return;
  const next = nextRun(job, order, now);
  if (next === undefined) return;
  await db
    .updateTable('source_connection')
    .set({ next_run_at: next })
    .where('id', '=', job.source_connection_id)
    .where('deleted_at', 'is', null)
    .execute();
}

/** `undefined` leaves the schedule as it is: a cron schedule moved on when it was due. */
function nextRun(
  job: JobRow,
  order: { readonly continuous: Flag; readonly continuous_every_seconds: number },
  now: Millis,
): Millis | undefined {
  if (job.state === 'interrupted') return now;
  if (order.continuous === 0) return undefined;
  const pause = Math.max(order.continuous_every_seconds, 1) * 1_000;
  if (job.state === 'failed') return now + Math.max(pause, REST_AFTER_FAILURE_MS);
  const followed = pause <= SHORT_REST_MS && now - (job.started_at ?? now) >= FOLLOWED_MS;
  return followed ? now : now + pause;
}

async function pause(db: Queryable, job: JobRow, now: Millis): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('source_connection')
    .set({ paused_by: 'credential', paused_at: now })
    .where('id', '=', job.source_connection_id)
    .where('paused_by', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** A credential that is refused is told once for all that read with it; whoever does not ask for that hears that the sync failed. */
async function tellFailure(db: Queryable, job: JobRow, credentialPaused: boolean, now: Millis): Promise<void> {
  const about = { organizationId: job.organization_id, subject: { sourceConnectionId: job.source_connection_id }, now };
  const reason = job.error_message ?? 'The source refused it.';
  const lost = job.error_category !== null;
  if (lost && credentialPaused && !(await othersArePaused(db, job)))
    await recordNotice(db, { ...about, happening: { kind: 'credential.needs_renewal', reason } });
  await recordNotice(db, {
    ...about,
    happening: { kind: 'sync.failed', jobId: job.id, errorCode: job.error_code ?? 'internal', error: reason },
    ...(lost && { butNot: 'credential.needs_renewal' }),
  });
}

/** Another source connection that reads with the same credential was paused for it before. */
async function othersArePaused(db: Queryable, job: JobRow): Promise<boolean> {
  const other = await db
    .selectFrom('source_connection as other')
    .innerJoin('source_connection as own', 'own.connection_id', 'other.connection_id')
    .select('other.id')
    .where('own.id', '=', job.source_connection_id)
    .whereRef('other.id', '<>', 'own.id')
    .where('other.paused_by', '=', 'credential')
    .where('other.deleted_at', 'is', null)
    .executeTakeFirst();
  return other !== undefined;
}

async function noteSweeps(db: Queryable, job: JobRow, held: readonly HeldSweep[], now: Millis): Promise<void> {
  const row = db.updateTable('source_connection').where('id', '=', job.source_connection_id);
  // A confirmation that came while the job ran stays for the next one.
  if (held.length > 0) {
    const before = await heldBefore(db, job);
    await row.set({ sweep_held: JSON.stringify(held) }).execute();
    // Every job finds the same again until a person has decided.
    if (held.some(({ stream }) => !before.has(stream))) await tellHeld(db, job, held, now);
  } else
    await row
      .set({ sweep_held: null, sweep_confirmed: 0 })
      .where((eb) => eb.or([eb('sweep_held', 'is not', null), eb('sweep_confirmed', '=', 1)]))
      .execute();
}

async function heldBefore(db: Queryable, job: JobRow): Promise<ReadonlySet<string>> {
  const row = await db
    .selectFrom('source_connection')
    .select('sweep_held')
    .where('id', '=', job.source_connection_id)
    .executeTakeFirst();
  const held = JSON.parse(row?.sweep_held ?? '[]') as readonly HeldSweep[];
  return new Set(held.map(({ stream }) => stream));
}

function tellHeld(db: Queryable, job: JobRow, held: readonly HeldSweep[], now: Millis): Promise<void> {
  return recordNotice(db, {
    organizationId: job.organization_id,
    subject: { sourceConnectionId: job.source_connection_id },
    happening: { kind: 'sweep.held', jobId: job.id, streams: held },
    now,
  });
}
