import type { HeldSweep } from '../engine/outcome.ts';
import type { Queryable } from '../control/database.ts';
import type { Flag, Millis } from '../control/schema.ts';
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
  if (job.state === 'completed') await noteSweeps(db, job, ending.held ?? []);
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

async function noteSweeps(db: Queryable, job: JobRow, held: readonly HeldSweep[]): Promise<void> {
  const row = db.updateTable('source_connection').where('id', '=', job.source_connection_id);
  // A confirmation that came while the job ran stays for the next one.
  if (held.length > 0) await row.set({ sweep_held: JSON.stringify(held) }).execute();
  else
    await row
      .set({ sweep_held: null, sweep_confirmed: 0 })
      .where((eb) => eb.or([eb('sweep_held', 'is not', null), eb('sweep_confirmed', '=', 1)]))
      .execute();
}
