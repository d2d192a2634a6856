import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId, type JobId } from '../../lib/ids.ts';
import { CollectionGoneError, FencedError, type StorePage } from '../port.ts';
import { begin, keys, newPlace, page, record, search, syncOnce, type Use } from './fixtures.ts';

/** A page that has the word in every place where a page can have one. */
function pageOf(word: string): StorePage {
  return page({
    upserts: [
      record(`${word}-key`, { secret: `${word}-field` }, { name: `${word}-name`, text: `${word} in text` }),
      record('b', { long: `${word} `.repeat(2000) }),
    ],
    failures: [{ key: `${word}-failed`, code: `${word}_code`, message: `${word} message` }],
    cursor: { value: `${word}-cursor`, durable: true, done: false },
  });
}

/** A word that no other test stores. */
function newWord(): string {
  return `quagga${randomBytes(6).toString('hex')}`;
}

export function describePurging(use: Use): void {
  describe('purges', () => {
    it('of a source connection leave nothing of it, and everything of the others', async () => {
      const store = use();
      const word = newWord();
      const place = newPlace();
      const neighbour = newPlace(place.collectionId);
      await syncOnce(store, place, [pageOf(word), { ...pageOf(word), stream: `${word}-stream` }]);
      await syncOnce(store, neighbour, [page({ upserts: [record('stays')] })]);
      const open = await begin(store.otherWriters(), place);
      await open.apply(pageOf(word));
      await open.setNote({ word });
      expect(await store.traces([word, place.sourceConnectionId])).not.toEqual([]);

      await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
      expect(await store.traces([word])).toEqual([]);
      expect(await keys(store, place.collectionId)).toEqual(['stays']);
      expect(await search(store, place.collectionId, { text: word })).toEqual([]);
      await expect(open.apply(pageOf(word))).rejects.toThrow(FencedError);
      const counts = await store.readers.countTypes(place.collectionId);
      expect(counts.map(({ sourceConnectionId }) => sourceConnectionId)).toEqual([neighbour.sourceConnectionId]);
    });

    it('of a source connection can be repeated, and refuse a claim that comes late', async () => {
      const store = use();
      const word = newWord();
      const place = newPlace();
      await syncOnce(store, place, [pageOf(word)]);
      await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
      await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
      await expect(store.writers.claim(place.collectionId, place.sourceConnectionId, 99)).rejects.toThrow(FencedError);
      expect(await store.traces([word])).toEqual([]);
    });

    it('of a source connection that never wrote refuse its first claim', async () => {
      const store = use();
      const place = newPlace();
      await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
      await expect(store.writers.claim(place.collectionId, place.sourceConnectionId, 1)).rejects.toThrow(FencedError);
    });

    it('of a collection leave no storage and refuse later claims', async () => {
      const store = use();
      const word = newWord();
      const place = newPlace();
      const stays = newPlace();
      await syncOnce(store, stays, [page({ upserts: [record('stays')] })]);
      const open = await begin(store.writers, place);
      await open.apply(pageOf(word));
      expect(await keys(store, place.collectionId)).toHaveLength(1);
      expect(await store.storage(place.collectionId)).not.toEqual([]);

      await store.readers.purgeCollection(place.collectionId);
      await store.readers.purgeCollection(place.collectionId);
      const claims = [store.writers, store.otherWriters()].map((writers) =>
        writers.claim(place.collectionId, newPlace().sourceConnectionId, 0),
      );
      for (const claim of claims) await expect(claim).rejects.toThrow(CollectionGoneError);
      await expect(open.apply(pageOf(word))).rejects.toThrow(CollectionGoneError);
      await store.readers.purgeSource(place.collectionId, place.sourceConnectionId);
      expect(await store.storage(place.collectionId)).toEqual([]);
      expect(await store.traces([word])).toEqual([]);
      expect(await keys(store, stays.collectionId)).toEqual(['stays']);
    });

    it('answer for a collection that is gone, or never was, as for an empty one', async () => {
      const store = use();
      const word = newWord();
      const gone = newPlace();
      await syncOnce(store, gone, [pageOf(word)]);
      await store.readers.purgeCollection(gone.collectionId);
      for (const place of [gone, newPlace()]) {
        expect(await search(store, place.collectionId)).toEqual([]);
        expect(await store.readers.countTypes(place.collectionId)).toEqual([]);
        expect(await store.readers.cursors(place.collectionId, place.sourceConnectionId)).toEqual([]);
        expect(await store.readers.jobCounts(place.collectionId, newId<JobId>())).toBeUndefined();
        expect(await store.readers.listFailures(place.collectionId, newId<JobId>(), 0, 10)).toEqual([]);
        expect(await store.readers.visibleThrough(place.collectionId)).toBe(-1);
      }
    });
  });
}
