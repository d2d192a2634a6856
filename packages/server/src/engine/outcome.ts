import type { Counts } from '../collection-store/port.ts';
import type { ErrorCategory } from '../control/schema.ts';

/** A sweep that was not done because it would have deleted suspiciously much. */
export interface HeldSweep {
  readonly stream: string;
  /** Entities that the listing did not name, of how many. */
  readonly unseen: number;
  readonly total: number;
}

/** How one attempt of a sync job ended; the worker turns it into the job's next state. */
export type SyncOutcome =
  | { readonly type: 'completed'; readonly counts: Counts; readonly held: readonly HeldSweep[] }
  /** Ended for good; `code` is short and stable, `message` says what to change. */
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly category: ErrorCategory | null;
      readonly counts: Counts;
    }
  /** The source asked for a long wait: the lease goes back and the job comes again at `at` (ms since the epoch). */
  | { readonly type: 'postponed'; readonly at: number; readonly reason: string; readonly counts: Counts }
  /** A person cancelled it. */
  | { readonly type: 'cancelled'; readonly counts: Counts }
  /** The service stops. */
  | { readonly type: 'interrupted'; readonly counts: Counts }
  /** Another worker holds a higher fence: stop without another write. */
  | { readonly type: 'fenced' };

/** Why a running sync is aborted; the value of `AbortSignal.reason`. */
export type StopReason = 'cancelled' | 'interrupted' | 'fenced';

export interface SyncProgress {
  readonly counts: Counts;
  readonly sequence: number;
  /** Entities met so far by record type. */
  readonly encountered: Readonly<Record<string, number>>;
  readonly stream: string;
}
