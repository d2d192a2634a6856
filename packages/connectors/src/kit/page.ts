/** A record that the source gave and that could not be taken; counted and listed, never a reason to stop the stream. */
export interface RecordFailure {
  /** The record's key when it is known. */
  readonly key?: string;
  /** A short machine word, for example `too_large`, `unreadable`. */
  readonly code: string;
  readonly message: string;
}

/**
 * The unit of work: the engine writes the records and, when there is one, the cursor in one transaction (at-least-once
 * fetch, idempotent upsert, so effectively once). Keep a page under about 1,000 records.
 */
export interface Page<Row = unknown, Cursor = unknown> {
  readonly upserts: readonly Row[];
  /** Keys that the source still has and that were not read again because they did not change. */
  readonly present?: readonly string[];
  /** Keys that the source says are gone. */
  readonly deletes?: readonly string[];
  /** Where to go on after this page; everything yielded before it in the same scope is then committed. */
  readonly cursor?: Cursor;
  readonly failures?: readonly RecordFailure[];
  /** Said on the last page of a scope: this read has named every record of the stream, so what it did not name is gone. */
  readonly complete?: boolean;
}
