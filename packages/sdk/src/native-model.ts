import type { Timestamp } from './model.ts';

/** What a check of a source found. */
export interface CheckResult {
  /** The account that the source named, for example `reader@db.example.com/crm`. */
  readonly account: string;
  readonly streams: readonly {
    readonly name: string;
    readonly title: string;
    readonly incremental: boolean;
    readonly cursorFields: readonly string[];
  }[];
}

/** Something that a person has to do, and the call that does it. */
export interface Task {
  readonly code: string;
  readonly message: string;
  readonly fix: { readonly method: string; readonly path: string };
}

/** The honest state of a source connection: four axes instead of one word, and what a person has to do. */
export interface SourceConnectionState {
  readonly id: string;
  /** Can it read at all? */
  readonly setup: 'pending_auth' | 'needs_reauth' | 'ready';
  /** What is going on now? */
  readonly run: 'idle' | 'pending' | 'running' | 'cancelling';
  /** How did the newest ended job leave the data? */
  readonly freshness: 'never' | 'fresh' | 'failed' | 'cancelled';
  /** What starts the next job? */
  readonly mode: 'manual' | 'scheduled' | 'continuous' | 'paused' | 'off';
  readonly tasks: readonly Task[];
  readonly version: number;
}

export interface JobFailure {
  readonly stream: string;
  readonly key?: string | null;
  readonly code: string;
  readonly message: string;
  readonly at: Timestamp;
}
