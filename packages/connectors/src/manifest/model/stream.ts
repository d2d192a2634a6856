import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord, RecordPlace } from './records.ts';
import type { RequestPartsProvider } from './request.ts';
import type { NextPageToken, StreamSlice } from './slice.ts';

/** Divides a stream; parents are read on the way. */
export interface PartitionRouter extends RequestPartsProvider {
  /** Partitions in their order, each with an empty cursor slice; parents are read whole. */
  partitions(): AsyncIterable<StreamSlice>;
  /**
   * One walk through the same with parents that are read incrementally (`incremental_dependency`). `state` is the whole state
   * of the stream that is divided, with its `parent_state`. Absent when the router has no parents.
   */
  walk?(state: JsonObject | undefined): PartitionWalk;
}

/** Partitions in their order, each with an empty cursor slice. */
export interface PartitionWalk extends AsyncIterable<StreamSlice> {
  /**
   * The states of the parents, by their names, as they stand behind the partition that was given last: good to keep when all
   * partitions given so far are read. The same object as long as they do not move.
   */
  parentState(): JsonObject;
}

/** How records of a slice come; `SimpleRetriever`, `AsyncRetriever`, ports of custom ones. */
export interface Retriever {
  readonly router: PartitionRouter | undefined;
  /** Slices that are read side by side, when it is not the build's concurrency that says so: jobs at the source have limits of their own. */
  readonly slicesAtOnce?: number;
  /** Pages are found by tokens of the source, which stay where they are when records come and go; numbers do not. */
  readonly turnsByToken?: boolean;
  /** Pages of records of a slice, selected and transformed. Throws `ConnectorError` that names stream and component. */
  read(slice: StreamSlice, control: ReadControl): AsyncIterable<readonly MutableRecord[]>;
}

/** What the cursor of a stream has to say while a slice is read. */
export interface ReadControl {
  /** Parts of the cursor (`start_time_option`, …), of the router and others. */
  readonly providers: readonly RequestPartsProvider[];
  /** `false`: the record lies outside of what is wanted (client-side incremental, data feed). */
  wants?(record: MutableRecord, place: RecordPlace): boolean;
  /** A data feed has come to what is known: no further page of this slice. */
  isPast?(record: MutableRecord): boolean;
  /** Set when the pages of the slice are kept count of. */
  readonly pages?: PageMemory | undefined;
  /** What is left of a slice behind a record that was read (`SPLIT_USING_CURSOR`); the slice itself when that cannot be told. */
  rest?(slice: StreamSlice, record: MutableRecord): StreamSlice;
}

/** Lets the pages of a slice be gone on with where an earlier read has stopped. */
export interface PageMemory {
  /** The page to begin with; absent: the first one. A source that has forgotten it is read from the first one again. */
  readonly from?: NextPageToken;
  /** All records before the page of `token` were yielded. */
  turned(token: NextPageToken): void;
}

export interface ReadOptions {
  /** States also say which page comes next, in a field of our own beside their published form. */
  readonly keepsPosition?: boolean;
}

/** What a read yields, in order: records of any slice, then states that stand behind all records yielded before them. */
export type StreamOutput =
  | { readonly type: 'records'; readonly records: readonly MutableRecord[] }
  | { readonly type: 'state'; readonly state: JsonObject };

/** A stream of a manifest, as components and the connector see it. */
export interface ManifestStream {
  readonly name: string;
  readonly primaryKey: readonly (readonly string[])[];
  /** Path of the cursor field; absent when the stream is read whole every time. */
  readonly cursorField?: string;
  schema(): Promise<JsonObject>;
  /**
   * Reads from `state` (the protocol's `stream_state`, any published form of it) to the end; the last output is a state when
   * the stream keeps one. Partitions are read side by side within the build's concurrency.
   */
  read(state: JsonObject | undefined, options?: ReadOptions): AsyncIterable<StreamOutput>;
  /** The same, slice by slice, for those who divide other streams by its records. */
  begin(state: JsonObject | undefined): StreamReading;
}

/** One read of a stream in its parts. */
export interface StreamReading {
  /** Slices in their order; one that was given must be read and closed, or left open when it failed. */
  slices(): AsyncIterable<StreamSlice>;
  /** Pages of the records of a slice. */
  read(slice: StreamSlice): AsyncIterable<readonly MutableRecord[]>;
  /** The token to which the read of a slice has turned since it was asked last. */
  turned?(slice: StreamSlice): NextPageToken | undefined;
  /** All records before the page of `token` are handed on; `true` when that is worth a state now. */
  turn?(slice: StreamSlice, token: NextPageToken): boolean;
  /** The slice was read to its end, and its records are handed on. */
  close(slice: StreamSlice): void;
  /** All slices were given; `state` then counts those that were closed as the whole stream. */
  finish(): void;
  /** The protocol's `stream_state` behind the closed slices; `undefined` when there is nothing to go on from. */
  state(): JsonObject | undefined;
  /** Whether `state` is worth being kept now; it is costly to ask for it more often. */
  isStateDue(): boolean;
}
