import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { OpenPages } from './open-pages.ts';

/** What divides a stream into slices for one read, and remembers which of them were read. */
export interface StreamCursor {
  /** Absent when the cursor does not keep pages. */
  readonly pages?: OpenPages;
  slices(): AsyncIterable<StreamSlice>;
  observe(record: MutableRecord, slice: StreamSlice): void;
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
