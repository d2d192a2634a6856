import { describe, expect, it } from 'vitest';
import { newId, type JobId } from '../../lib/ids.ts';
import { FencedError, type SourceWriter } from '../port.ts';
import { begin, keys, last, newPlace, page, record, syncId, type Use } from './fixtures.ts';

export function describeFencing(use: Use): void {
  describe('fences', () => {
    const everyWrite: readonly [string, (writer: SourceWriter) => Promise<unknown>][] = [
      ['beginRun', (writer) => writer.beginRun({ jobId: newId<JobId>(), syncId, sourceName: 'late', full: true })],
      ['apply', (writer) => writer.apply(page({ upserts: [record('late')], deletes: ['a'] }))],
      ['unseen', (writer) => writer.unseen('notes')],
      ['sweep', (writer) => last(writer.sweep('notes'))],
      ['forgetCursors', (writer) => writer.forgetCursors('notes')],
      ['streams', (writer) => writer.streams()],
      ['dropStream', (writer) => last(writer.dropStream('notes'))],
      ['setNote', (writer) => writer.setNote({ late: true })],
      ['endRun', (writer) => writer.endRun()],
    ];

    it.each(everyWrite)('refuse %s of a writer whose source connection was claimed again', async (_, write) => {
      const store = use();
      const place = newPlace();
      const old = await begin(store.writers, place);
      await old.apply(page({ upserts: [record('a')], cursor: { value: 1, durable: true, done: false } }));
      const taken = await store.otherWriters().claim(place.collectionId, place.sourceConnectionId, 0);
      expect(taken.fence).toBeGreaterThan(old.fence);
      await expect(write(old)).rejects.toThrow(FencedError);
      expect(await keys(store, place.collectionId)).toEqual(['a']);
      expect(await store.readers.cursors(place.collectionId, place.sourceConnectionId)).toHaveLength(1);
    });

    it('refuse a page when the claim came between the begin of the run and the page', async () => {
      const store = use();
      const place = newPlace();
      const jobId = newId<JobId>();
      const old = await begin(store.writers, place, { jobId });
      const taken = await begin(store.otherWriters(), place, { jobId });
      await expect(old.apply(page({ upserts: [record('old')] }))).rejects.toThrow(FencedError);
      await taken.apply(page({ upserts: [record('new')] }));
      expect(await keys(store, place.collectionId)).toEqual(['new']);
    });

    it('rise above the control store and above every earlier claim', async () => {
      const { writers } = use();
      const { collectionId, sourceConnectionId } = newPlace();
      const fences: number[] = [];
      for (const control of [0, 0, 41, 7]) {
        fences.push((await writers.claim(collectionId, sourceConnectionId, control)).fence);
      }
      expect(fences).toEqual([1, 2, 42, 43]);
    });

    it('keep the writer out when its job is settled by another process, which hears what was committed', async () => {
      const store = use();
      for (const settle of [store.otherWriters().settle, store.readers.settle]) {
        const place = newPlace();
        const jobId = newId<JobId>();
        const writer = await begin(store.writers, place, { jobId });
        const { job } = await writer.apply(page({ upserts: [record('a'), record('b')], deletes: ['b'] }));
        expect(await settle({ ...place, jobId, fence: 0 })).toEqual(job);
        await expect(writer.apply(page({ upserts: [record('late')] }))).rejects.toThrow(FencedError);
        expect(await keys(store, place.collectionId)).toEqual(['a']);
      }
    });

    it('let a job be settled of which the store has nothing, and make no file for it', async () => {
      const store = use();
      for (const settle of [store.otherWriters().settle, store.readers.settle]) {
        const place = newPlace();
        expect(await settle({ ...place, jobId: newId<JobId>(), fence: 3 })).toBeUndefined();
        expect(await store.storage(place.collectionId)).toEqual([]);
      }
    });

    it('of one source connection leave the others of the collection alone', async () => {
      const { writers } = use();
      const one = newPlace();
      const two = newPlace(one.collectionId);
      const writer = await begin(writers, one);
      await begin(writers, two);
      await begin(writers, two);
      expect((await writer.apply(page({ upserts: [record('a')] }))).page.inserted).toBe(1);
    });
  });
}
