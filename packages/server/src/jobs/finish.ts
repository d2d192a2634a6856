import type { Counts } from '../collection-store/port.ts';
import type { Queryable } from '../control/database.ts';
import type { JobState, Millis } from '../control/schema.ts';
import type { SyncOutcome } from '../engine/outcome.ts';
import type { Ended } from './ending.ts';
import { endJob } from './ending.ts';
import type { JobRow, Lease } from './job-row.ts';
import { giveBack } from './leases.ts';

export interface Finished {
  readonly job: JobRow;
  /** This outcome paused the schedule, and nothing had before: one notice goes out. */
  readonly credentialPaused: boolean;
}

type End = Exclude<SyncOutcome, { readonly type: 'fenced' | 'postponed' }>;

/** Where an outcome takes the job; while it is being cancelled, an interruption is a cancellation. */
const ends: Readonly<Record<End['type'], Readonly<Record<'running' | 'cancelling', JobState>>>> = {
  completed: { running: 'completed', cancelling: 'completed' },
  failed: { running: 'failed', cancelling: 'failed' },
  cancelled: { running: 'cancelled', cancelling: 'cancelled' },
  interrupted: { running: 'interrupted', cancelling: 'cancelled' },
};

export interface FinishInput {
  readonly lease: Lease;
  readonly outcome: SyncOutcome;
  /** What the collection store says, where it was asked; else the outcome's. */
  readonly counts?: Counts | undefined;
  /** With `postponed` after a fault of our own: how many attempts in a row have brought nothing. */
  readonly stalledAttempts?: number | undefined;
  /** Entities met by record type, for the last event. */
  readonly encountered?: Readonly<Record<string, number>>;
  readonly now: Millis;
}

/**
 * Writes how an attempt ended, in the caller's transaction. `fenced` gives the lease back when it is still ours: another
 * attempt follows. `undefined` when the lease was lost; whoever has it now decides.
 */
export async function finishJob(db: Queryable, input: FinishInput): Promise<Finished | undefined> {
  const { lease, outcome, now } = input;
  if (outcome.type === 'fenced' || outcome.type === 'postponed') {
    const counts = input.counts ?? (outcome.type === 'postponed' ? known(outcome.counts) : undefined);
    const notBefore = outcome.type === 'postponed' ? outcome.at : null;
    const { stalledAttempts } = input;
    const job = await giveBack(db, lease, { ...(counts && { counts }), notBefore, stalledAttempts, now });
    return job && { job, credentialPaused: false };
  }
  return (await end(db, input, outcome, 'running')) ?? end(db, input, outcome, 'cancelling');
}

/** An attempt that ended before the store told it anything knows less than the copy that earlier ones have left. */
const known = (counts: Counts): Counts | undefined =>
  Object.values(counts).some((count) => count > 0) ? counts : undefined;

function end(
  db: Queryable,
  { lease, counts, encountered = {}, now }: FinishInput,
  outcome: End,
  from: 'running' | 'cancelling',
): Promise<Ended | undefined> {
  const failure =
    outcome.type === 'failed'
      ? { error_code: outcome.code, error_message: outcome.message, error_category: outcome.category }
      : {};
  return endJob(db, {
    jobId: lease.jobId,
    lease,
    from,
    to: ends[outcome.type][from],
    set: { ...(counts ?? known(outcome.counts)), ...failure },
    held: outcome.type === 'completed' ? outcome.held : [],
    encountered,
    now,
  });
}
