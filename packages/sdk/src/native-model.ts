import type { JsonObject, Timestamp } from './model.ts';

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

/** What is read through a connection that is there already. */
export interface SourceConnectionOnConnection {
  /** `default` when absent. */
  readonly project?: string;
  /** The connection's name in the project. */
  readonly connection: string;
  /** Readable id. */
  readonly collection: string;
  /** 4 to 42 characters; the connection's name when absent. */
  readonly name?: string;
  readonly description?: string | null;
  /** Read options of the source. */
  readonly options?: JsonObject;
  /** null: none; absent: the source's usual one. */
  readonly schedule?: {
    readonly cron?: string | null;
    readonly timezone?: string;
    readonly continuous?: boolean;
    readonly cursorField?: string | null;
  } | null;
  readonly syncImmediately?: boolean;
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

/** What a look at the whole audit log has found. */
export interface AuditVerification {
  readonly whole: boolean;
  readonly events: number;
  /** Older events were deleted for their age. */
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  /** Of the newest event; noted elsewhere, it tells later that nothing before it was changed. */
  readonly hash: string | null;
  /** Events of versions that kept no chain. */
  readonly unchained: number;
  /** Where the log is not whole, the first hundred. */
  readonly breaks: readonly {
    readonly sequence: number | null;
    readonly eventId: string | null;
    readonly reason: 'missing' | 'altered' | 'unlinked' | 'foreign' | 'rewritten';
  }[];
}
