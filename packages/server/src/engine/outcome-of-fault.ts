import type { Counts } from '../collection-store/port.ts';
import { failureOf } from './fault.ts';
import type { Fault } from './fault.ts';
import type { StopReason, SyncOutcome } from './outcome.ts';

/** Nothing was read. */
export const NO_COUNTS: Counts = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

/** How a job ends that met this fault. `signal` is the job's; its reason is a `StopReason`. */
export function outcomeOfFault(fault: Fault, signal: AbortSignal, counts: Counts): SyncOutcome {
  switch (fault.type) {
    case 'fenced':
      return { type: 'fenced' };
    case 'gone':
      return { type: 'cancelled', counts };
    case 'failed': {
      const { code, message, category } = fault;
      return { type: 'failed', code, message, category, counts };
    }
    case 'postponed':
      return { type: 'postponed', at: fault.at, reason: fault.reason, counts };
    case 'stopped':
      return outcomeOfStop(signal.reason as StopReason, counts);
    case 'transient':
      return outcomeOfFault(failureOf(fault.reason, fault.message), signal, counts);
    case 'expired':
      return outcomeOfFault(failureOf('cursor_expired', fault.message), signal, counts);
  }
}

function outcomeOfStop(reason: StopReason, counts: Counts): SyncOutcome {
  switch (reason) {
    case 'cancelled':
      return { type: 'cancelled', counts };
    case 'fenced':
      return { type: 'fenced' };
    case 'interrupted':
      return { type: 'interrupted', counts };
    default:
      // A reason of another kind: nobody decided to end the job, so it may go on later.
      return { type: 'interrupted', counts };
  }
}
