import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JobId, newId } from '../../lib/ids.ts';
import { describeCollectionStore, type StoreUnderTest } from '../contract.ts';
import { begin, newPlace, page, record, search } from '../contract/fixtures.ts';
import { createSqliteReaders } from './readers.ts';
import { bytesIn, textsIn } from './store-traces.ts';
import { createSqliteWriters } from './writers.ts';

async function makeStore(): Promise<StoreUnderTest & { readonly folder: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'collection-store-'));
  const folder = join(dataDir, 'collections');
  const open = [createSqliteWriters({ dataDir })];
  const readers = createSqliteReaders({ dataDir, threads: 2 });
  return {
    folder,
    writers: open[0]!,
    readers,
    otherWriters() {
      const others = createSqliteWriters({ dataDir });
      open.push(others);
      return others;
    },
    traces: (texts) => textsIn(folder, texts),
    storage: async (collectionId) => (await readdir(folder)).filter((name) => name.startsWith(collectionId)),
    async close() {
      await Promise.all([readers.close(), ...open.map((writers) => writers.close())]);
      await rm(dataDir, { recursive: true });
    },
  };
}

describeCollectionStore('SQLite', makeStore);

describe('the SQLite store', () => {
  let store: Awaited<ReturnType<typeof makeStore>>;
  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(async () => {
    await store.close();
  });

  it('shows a page to search as soon as apply has returned', async () => {
    const place = newPlace();
    const writer = await begin(store.writers, place);
    for (let version = 1; version <= 20; version++) {
      const { sequence } = await writer.apply(page({ upserts: [record('a', { v: version })] }));
      const [hit] = await search(store, place.collectionId);
      expect(hit?.fields['v']).toBe(version);
      expect(await store.readers.visibleThrough(place.collectionId)).toBe(sequence);
    }
  });

  it('takes pages of two processes for one collection', async () => {
    const one = newPlace();
    const two = newPlace(one.collectionId);
    const writers = [await begin(store.writers, one), await begin(store.otherWriters(), two)];
    await Promise.all(
      writers.map(async (writer) => {
        for (let index = 0; index < 30; index++) await writer.apply(page({ upserts: [record(`k${index}`)] }));
      }),
    );
    expect(await search(store, one.collectionId)).toHaveLength(60);
    expect(await store.readers.visibleThrough(one.collectionId)).toBe(60);
  });

  it('waits for another process that is writing', async () => {
    const place = newPlace();
    const writer = await begin(store.writers, place);
    const other = new Database(join(store.folder, `${place.collectionId}.sqlite`), { timeout: 0 });
    other.exec('BEGIN IMMEDIATE');
    const applied = writer.apply(page({ upserts: [record('a')] }));
    // The first attempt blocks this thread; its end gives the thread back, and the lock is let go before the second.
    setImmediate(() => other.close());
    expect((await applied).page.inserted).toBe(1);
  });

  it('gives up the settling of a job in the time that it is given', async () => {
    const place = newPlace();
    await begin(store.writers, place);
    const other = new Database(join(store.folder, `${place.collectionId}.sqlite`), { timeout: 0 });
    other.exec('BEGIN IMMEDIATE');
    const settling = store.writers.settle({ ...place, jobId: newId<JobId>(), fence: 1 }, 600);
    // Every attempt blocks this thread, so that turns between them are counted, not time.
    let turns = 0;
    const look = () => (++turns < 40 ? setTimeout(look, 5) : other.close());
    setImmediate(look);
    await expect(settling).rejects.toMatchObject({ code: 'unavailable' });
    other.close();
  });

  it('takes nothing more after it was closed', async () => {
    const writer = await begin(store.writers, newPlace());
    await store.writers.close();
    await expect(writer.apply(page())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives the bytes of the last source connection back when it is purged', async () => {
    const place = newPlace();
    const writer = await begin(store.writers, place);
    for (let version = 0; version < 5; version++) {
      const upserts = Array.from({ length: 300 }, (_, index) => record(`k${index}`, { v: `quagga${version}` }));
      await writer.apply(page({ upserts, cursor: { value: `quagga${version}`, durable: true, done: false } }));
    }
    expect(await bytesIn(store.folder, 'quagga')).not.toEqual([]);
    await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
    expect(await bytesIn(store.folder, 'quagga')).toEqual([]);
  });

  it('opens a collection again that was closed for having many others open', async () => {
    const first = newPlace();
    const writer = await begin(store.writers, first);
    for (let index = 0; index < 10; index++) await begin(store.writers, newPlace());
    expect((await writer.apply(page({ upserts: [record('a')] }))).page.inserted).toBe(1);
    for (let index = 0; index < 10; index++) {
      const place = newPlace();
      await (await begin(store.writers, place)).apply(page({ upserts: [record('a')] }));
      expect(await search(store, place.collectionId)).toHaveLength(1);
    }
    expect(await search(store, first.collectionId)).toHaveLength(1);
  });
});
