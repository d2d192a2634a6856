import type { JobState } from '../control/schema.ts';
import { assert } from '../lib/asserts.ts';

/**
 * The legal moves of a sync job; no other code decides about them.
 *
 * - `running → pending`: the lease was given back, the source asked for a long wait, or the worker died and another
 *   attempt follows.
 * - `cancelling → completed | failed`: the run ended before it noticed the request.
 * - `interrupted` is an end: the source connection becomes due at once, and a new job goes on from the last cursor.
 */
export const moves = {
  pending: ['running', 'cancelled'],
  running: ['pending', 'cancelling', 'completed', 'failed', 'cancelled', 'interrupted'],
  cancelling: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
  interrupted: [],
} as const satisfies Readonly<Record<JobState, readonly JobState[]>>;

export const jobStates = Object.keys(moves) as readonly JobState[];

/** A live job counts towards the one that a source connection may have; the partial unique index says the same. */
export const liveStates = ['pending', 'running', 'cancelling'] as const satisfies readonly JobState[];

/** States of jobs that a worker holds a lease on. */
export const leasedStates = ['running', 'cancelling'] as const satisfies readonly JobState[];

export function canMove(from: JobState, to: JobState): boolean {
  return (moves[from] as readonly JobState[]).includes(to);
}

/** Gives `to`; stops at a move that the table does not have. */
export function move(from: JobState, to: JobState): JobState {
  assert(canMove(from, to), `a job cannot go from ${from} to ${to}`);
  return to;
}

export function isTerminal(state: JobState): boolean {
  return moves[state].length === 0;
}

/** States from which a job may go to `to`: the `where` of every update that changes a state. */
export function statesBefore(to: JobState): readonly JobState[] {
  return jobStates.filter((from) => canMove(from, to));
}
