import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord, RecordPlace } from './records.ts';
import type { RequestPartsProvider } from './request.ts';
import type { StreamSlice } from './slice.ts';

/** Divides a stream; parents are read on the way. */
export interface PartitionRouter extends RequestPartsProvider {
  /** Partitions in their order, each with an empty cursor slice. */
  partitions(): AsyncIterable<StreamSlice>;
  /** The states of parents that are read incrementally (`incremental_dependency`), by the parents' names. */
  setParentState(state: JsonObject): void;
  /** `undefined` when no parent keeps one. Call it after the children of a partition are read: it advances with them. */
  parentState(): JsonObject | undefined;
}

/** How records of a slice come; `SimpleRetriever`, `AsyncRetriever`, ports of custom ones. */
export interface Retriever {
  readonly router: PartitionRouter | undefined;
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
  read(state: JsonObject | undefined): AsyncIterable<StreamOutput>;
}
