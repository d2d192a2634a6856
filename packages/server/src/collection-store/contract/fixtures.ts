import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { CollectionId, JobId, SourceConnectionId, SyncId } from '../../lib/ids.ts';
import { newId } from '../../lib/ids.ts';
import type {
  Applied,
  CollectionReaders,
  CollectionWriters,
  EntityDocument,
  EntityUpsert,
  SearchHit,
  SearchQuery,
  SourceWriter,
  StorePage,
} from '../port.ts';

/** A collection store over data of its own, as the contract needs it. */
export interface StoreUnderTest {
  readonly writers: CollectionWriters;
  readonly readers: CollectionReaders;
  /** Another process's writers over the same data; `close` closes them too. */
  otherWriters(): CollectionWriters;
  /** Where a row or an index still holds one of the texts: names of tables, indices or files. */
  traces(texts: readonly string[]): Promise<readonly string[]>;
  /** Files or indices that belong to the collection. */
  storage(collectionId: CollectionId): Promise<readonly string[]>;
  close(): Promise<void>;
}

export type Use = () => StoreUnderTest;

export const syncId = newId<SyncId>();

/** An upsert whose hash follows its fields and its document. Every record's text holds the word `everything`. */
export function record(key: string, fields: JsonObject = {}, document: Partial<EntityDocument> = {}): EntityUpsert {
  const payload = JSON.stringify({ note: 'everything', ...fields });
  return {
    key,
    hash: createHash('sha256').update(payload).update(JSON.stringify(document)).digest('hex'),
    payload: () => payload,
    document: () => ({
      name: `Record ${key}`,
      url: null,
      createdAt: null,
      updatedAt: null,
      breadcrumbs: [],
      text: null,
      ...document,
    }),
  };
}

export function page(parts: Partial<StorePage> = {}): StorePage {
  return {
    stream: 'notes',
    entityType: 'NoteEntity',
    slice: '',
    upserts: [],
    present: [],
    deletes: [],
    failures: [],
    ...parts,
  };
}

export interface Place {
  readonly collectionId: CollectionId;
  readonly sourceConnectionId: SourceConnectionId;
}

export function newPlace(collectionId: CollectionId = newId<CollectionId>()): Place {
  return { collectionId, sourceConnectionId: newId<SourceConnectionId>() };
}

/** Claims the source connection and begins a run, as a worker does. */
export async function begin(
  writers: CollectionWriters,
  place: Place,
  { jobId = newId<JobId>(), full = false, sourceName = 'notebook' } = {},
): Promise<SourceWriter> {
  const writer = await writers.claim(place.collectionId, place.sourceConnectionId, 0);
  await writer.beginRun({ jobId, syncId, sourceName, full });
  return writer;
}

/** Runs one job of one page per stream, swept at its end. */
export async function syncOnce(store: StoreUnderTest, place: Place, pages: readonly StorePage[]): Promise<JobId> {
  const jobId = newId<JobId>();
  const writer = await begin(store.writers, place, { jobId });
  for (const each of pages) await writer.apply(each);
  for (const stream of new Set(pages.map((each) => each.stream))) await last(writer.sweep(stream));
  await writer.endRun();
  return jobId;
}

/** Searches once everything that was committed can be seen. */
export async function search(
  store: StoreUnderTest,
  collectionId: CollectionId,
  query: Partial<SearchQuery> = {},
): Promise<readonly SearchHit[]> {
  const whole = { text: 'everything', limit: 1000, offset: 0, filter: [], only: [], except: [] };
  return store.readers.search(collectionId, { ...whole, ...query });
}

/** Waits until searches see the page. */
export async function visible(store: StoreUnderTest, collectionId: CollectionId, applied: Applied): Promise<void> {
  while ((await store.readers.visibleThrough(collectionId)) < applied.sequence) await delay(10);
}

/** The keys of the collection's entities, sorted. */
export async function keys(store: StoreUnderTest, collectionId: CollectionId): Promise<string[]> {
  return (await search(store, collectionId)).map((hit) => hit.key).toSorted();
}

export async function last(sums: AsyncIterable<Applied>): Promise<Applied | undefined> {
  return (await Array.fromAsync(sums)).at(-1);
}
