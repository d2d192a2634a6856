import type { Breadcrumb } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { RecordFailure } from '@tributary/connectors/kit/page';
import type { CollectionId, JobId, SourceConnectionId, SyncId } from '../lib/ids.ts';

/** What people see and search of an entity; asked for only when the entity is new or changed. Times are ms since the epoch. */
export interface EntityDocument {
  readonly name: string;
  readonly url: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly breadcrumbs: readonly Breadcrumb[];
  /** The text to search; `null` means the store's own rendering of the payload as `field: value` lines. */
  readonly text: string | null;
}

export interface EntityUpsert {
  readonly key: string;
  /** SHA-256 (hex) over the canonical JSON of the whole record; equal means unchanged. */
  readonly hash: string;
  /** The fields to keep, as canonical JSON; `payload()` and `document()` are called for new and changed entities only. */
  payload(): string;
  document(): EntityDocument;
}

/** One page of one stream, ready to be stored; everything in it is committed together. */
export interface StorePage {
  readonly stream: string;
  /** The dialects' name of the record type. */
  readonly entityType: string;
  /** The slice that the page belongs to; `''` for the whole stream. The cursor is kept under (stream, slice). */
  readonly slice: string;
  /** Distinct keys: the engine drops doubles within a page, the last version wins. */
  readonly upserts: readonly EntityUpsert[];
  /** Keys that still exist and were not read again. */
  readonly present: readonly string[];
  readonly deletes: readonly string[];
  readonly failures: readonly RecordFailure[];
  readonly cursor?: CursorWrite;
}

export interface CursorWrite {
  readonly value: Json;
  /** `true`: good for later jobs. `false`: a position inside this job's listing, dropped when another job begins. */
  readonly durable: boolean;
  /** This scope is read to its end in this job; another attempt of the job need not read it again. */
  readonly done: boolean;
}

export interface StoredCursor {
  readonly stream: string;
  readonly slice: string;
  readonly value: Json;
  readonly done: boolean;
}

/** Sums of one job (or one page). `chunks` counts chunks written. */
export interface Counts {
  readonly inserted: number;
  readonly updated: number;
  readonly kept: number;
  readonly deleted: number;
  readonly failed: number;
  readonly chunks: number;
}

export interface Applied {
  /** Rises by one with every committed page of the collection. */
  readonly sequence: number;
  readonly page: Counts;
  readonly job: Counts;
}

export interface RunStart {
  readonly jobId: JobId;
  readonly syncId: SyncId;
  /** Short name of the connector, shown in results. */
  readonly sourceName: string;
  /** Forget every cursor and read everything again. */
  readonly full: boolean;
}

export interface RunState {
  /** Listing number; the same when an attempt goes on with a job that the store already knows. */
  readonly generation: number;
  /** The store already holds pages of this job. */
  readonly resumed: boolean;
  readonly cursors: readonly StoredCursor[];
  readonly counts: Counts;
  readonly sequence: number;
  /** What `setNote` left. */
  readonly note?: Json;
}

/** What a collection takes, of all its source connections together. */
export interface StoreSize {
  readonly entities: number;
  /** On disk, with the log that is not yet part of the file. */
  readonly bytes: number;
}

/**
 * Writes one source connection's part of a collection. Each call is one transaction that first compares the fence and
 * throws `FencedError` when a higher one has been claimed. All calls are synchronous work behind a promise.
 */
export interface SourceWriter {
  /** The fence that this writer holds. */
  readonly fence: number;
  /** Starts a run, or goes on with the same job's: clears what earlier listings saw and cursors that do not last. */
  beginRun(start: RunStart): Promise<RunState>;
  apply(page: StorePage): Promise<Applied>;
  /** How many entities of the stream this generation has not seen, of how many. */
  unseen(stream: string): Promise<{ readonly unseen: number; readonly total: number }>;
  /** Deletes what this generation did not see, in bounded transactions; yields the sums after each. */
  sweep(stream: string): AsyncIterable<Applied>;
  /**
   * Forgets the stream's cursors and what this generation has seen of it, for example after the source said that they
   * expired: what is read from its start has to name everything again.
   */
  forgetCursors(stream: string): Promise<void>;
  /** Streams that hold entities or cursors. */
  streams(): Promise<readonly string[]>;
  /** Deletes a stream that is no longer selected, with its cursors. */
  dropStream(stream: string): AsyncIterable<Applied>;
  /** What the whole collection takes now. */
  size(): Promise<StoreSize>;
  /** Keeps a note of the engine with the source connection, from run to run; `null` removes it. */
  setNote(note: Json): Promise<void>;
  /** Ends the run: drops the list of seen keys. Counts stay readable. */
  endRun(): Promise<RunState>;
}

/** A job, as the control store knows it. */
export interface JobRef {
  readonly jobId: JobId;
  readonly collectionId: CollectionId;
  readonly sourceConnectionId: SourceConnectionId;
  /** The control store's. */
  readonly fence: number;
}

/**
 * Raises the fence as a claim does, so that nobody who wrote for the job can go on, and gives what the job came to;
 * `undefined` when the store has nothing of it. For whoever takes a job from its writer, or ends it.
 */
export type SettleJob = (job: JobRef, withinMs?: number) => Promise<Counts | undefined>;

/** The worker's side: one instance per process, one open file per collection. */
export interface CollectionWriters {
  /**
   * Raises the source connection's fence to `max(controlFence, stored) + 1` and gives a writer that holds it.
   * Creates the collection's file when it is missing. Throws `CollectionGoneError` for a collection that was deleted.
   */
  claim(
    collectionId: CollectionId,
    sourceConnectionId: SourceConnectionId,
    controlFence: number,
  ): Promise<SourceWriter>;
  settle: SettleJob;
  close(): Promise<void>;
}

export interface FilterCondition {
  /** One of the names in `filterFields`, or `fields.<path>` for a field of the record itself. */
  readonly field: string;
  readonly operator: FilterOperator;
  readonly value: string | number | boolean | readonly string[] | readonly number[];
}

export const filterOperators = [
  'equals',
  'not_equals',
  'contains',
  'greater_than',
  'less_than',
  'greater_than_or_equal',
  'less_than_or_equal',
  'in',
  'not_in',
] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** Metadata that every entity has. Dates compare with ISO 8601 text or milliseconds. */
export const filterFields = [
  'entity_id',
  'name',
  'created_at',
  'updated_at',
  'breadcrumbs.entity_id',
  'breadcrumbs.name',
  'breadcrumbs.entity_type',
  'entity_type',
  'source_name',
  'original_entity_id',
  'chunk_index',
  'sync_id',
  'sync_job_id',
  'source_connection_id',
  'stream',
] as const;

export interface SearchQuery {
  readonly text: string;
  readonly limit: number;
  readonly offset: number;
  /** Conditions of a group must all hold; one group must hold. Empty means no filter. */
  readonly filter: readonly { readonly conditions: readonly FilterCondition[] }[];
  /** Only these source connections; empty means all. */
  readonly only: readonly SourceConnectionId[];
  /** Never these source connections (being deleted). */
  readonly except: readonly SourceConnectionId[];
}

/** The best chunk of one entity. */
export interface SearchHit {
  /** `<stream>/<key>` */
  readonly entityId: string;
  readonly key: string;
  readonly stream: string;
  readonly sourceConnectionId: SourceConnectionId;
  readonly sourceName: string;
  readonly entityType: string;
  readonly syncId: SyncId;
  readonly jobId: JobId;
  readonly name: string;
  readonly url: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly breadcrumbs: readonly Breadcrumb[];
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  readonly chunkIndex: number;
  /** The chunk's text. */
  readonly text: string;
  /** Up to three passages with the matched words between `<em>` and `</em>`; the rest is HTML-escaped. */
  readonly highlights: readonly string[];
  readonly fields: JsonObject;
}

export interface TypeCount {
  readonly sourceConnectionId: SourceConnectionId;
  readonly entityType: string;
  readonly count: number;
  /** When an entity of the type was last inserted or changed. */
  readonly lastChangedAt: number | null;
}

export interface SourceDescription {
  readonly types: readonly TypeCount[];
  readonly cursors: readonly StoredCursor[];
}

/** The API's side: never blocks the calling thread; reads run on threads of their own. */
export interface CollectionReaders {
  /** A collection without a file answers as an empty one. */
  search(collectionId: CollectionId, query: SearchQuery): Promise<readonly SearchHit[]>;
  /** Entities by type, for every source connection of the collection. */
  countTypes(collectionId: CollectionId): Promise<readonly TypeCount[]>;
  cursors(collectionId: CollectionId, sourceConnectionId: SourceConnectionId): Promise<readonly StoredCursor[]>;
  /** One source connection's counts and cursors, seen at one moment. */
  describeSource(collectionId: CollectionId, sourceConnectionId: SourceConnectionId): Promise<SourceDescription>;
  /** What the store knows of a job: its counts and failures are written with its pages. */
  jobCounts(collectionId: CollectionId, jobId: JobId): Promise<Counts | undefined>;
  listFailures(
    collectionId: CollectionId,
    jobId: JobId,
    offset: number,
    limit: number,
  ): Promise<readonly StoredFailure[]>;
  /** Pages up to this sequence are visible to search; -1 for a collection without a file. */
  visibleThrough(collectionId: CollectionId): Promise<number>;
  /** What the collection takes; nothing when it has no file. */
  size(collectionId: CollectionId): Promise<StoreSize>;
  settle: SettleJob;
  /** Raises the fence beyond every writer's and removes all rows of the source connection. Idempotent. */
  purgeSource(collectionId: CollectionId, sourceConnectionId: SourceConnectionId): Promise<void>;
  /** Removes the collection's files; later claims throw `CollectionGoneError`. Idempotent. */
  purgeCollection(collectionId: CollectionId): Promise<void>;
  close(): Promise<void>;
}

export interface StoredFailure extends RecordFailure {
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A worker with an older fence tried to write; it has lost its lease and must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The collection was deleted; nothing may be written to it again. */
export class CollectionGoneError extends Error {
  override readonly name = 'CollectionGoneError';
}
