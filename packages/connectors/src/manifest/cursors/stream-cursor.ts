import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import type { NextPageToken, StreamSlice } from '../model/slice.ts';

/** What divides a stream into slices for one read, and remembers which of them were read. */
export interface StreamCursor {
  slices(): AsyncIterable<StreamSlice>;
  observe(record: MutableRecord, slice: StreamSlice): void;
  /** The page to begin a slice with, when an earlier read has come further than its first one. */
  startOf?(slice: StreamSlice): NextPageToken | undefined;
  /**
   * All records before the page of `token` are handed on; `true` when that is worth a state now. Absent when the cursor does
   * not keep pages.
   */
  turn?(slice: StreamSlice, token: NextPageToken): boolean;
  close(slice: StreamSlice): void;
  finish(): void;
  state(): JsonObject | undefined;
  isStateDue(): boolean;
  /** The record lies in what this read asks for. */
  wants(record: MutableRecord, slice: StreamSlice): boolean;
  /** The record is older than what this read asks for. */
  isPast(record: MutableRecord, slice: StreamSlice): boolean;
  rest(slice: StreamSlice, record: MutableRecord): StreamSlice;
}
