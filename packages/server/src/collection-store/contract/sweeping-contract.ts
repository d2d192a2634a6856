import { describe, expect, it } from 'vitest';
import { begin, keys, last, newPlace, page, record, search, syncOnce, type Use } from './fixtures.ts';

export function describeSweeping(use: Use): void {
  describe('sweeps', () => {
    it('delete what the run has not named, of that stream only', async () => {
      const store = use();
      const place = newPlace();
      const upserts = ['a', 'b', 'c', 'd'].map((key) => record(key));
      await syncOnce(store, place, [page({ upserts }), page({ stream: 'other', upserts })]);
      await syncOnce(store, newPlace(place.collectionId), [page({ upserts: [record('neighbour')] })]);

      const writer = await begin(store.writers, place);
      await writer.apply(
        page({ upserts: [record('a'), record('b', { changed: true }), record('new')], present: ['c'] }),
      );
      expect(await writer.unseen('notes')).toEqual({ unseen: 1, total: 5 });
      expect(await writer.unseen('other')).toEqual({ unseen: 4, total: 4 });
      expect(await writer.unseen('unknown')).toEqual({ unseen: 0, total: 0 });

      const swept = await last(writer.sweep('notes'));
      expect(swept?.page.deleted).toBe(1);
      expect(swept?.job.deleted).toBe(1);
      expect(await writer.unseen('notes')).toEqual({ unseen: 0, total: 4 });
      const left = await search(store, place.collectionId, { only: [place.sourceConnectionId] });
      expect(left.map((hit) => hit.entityId).toSorted()).toEqual(
        ['notes/a', 'notes/b', 'notes/c', 'notes/new', 'other/a', 'other/b', 'other/c', 'other/d'].toSorted(),
      );
      expect(await keys(store, place.collectionId)).toContain('neighbour');
      expect(await last(writer.sweep('notes'))).toBeUndefined();
    });

    it('count as unseen what a stream named before its cursors were forgotten', async () => {
      const store = use();
      const writer = await begin(store.writers, newPlace());
      await writer.apply(page({ upserts: [record('a'), record('b')] }));
      await writer.apply(page({ stream: 'other', upserts: [record('a')] }));
      await writer.forgetCursors('notes');
      await writer.apply(page({ upserts: [record('a')] }));
      expect(await writer.unseen('notes')).toEqual({ unseen: 1, total: 2 });
      expect(await writer.unseen('other')).toEqual({ unseen: 0, total: 1 });
    });

    it('never count as seen what was deleted and came back', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      await writer.apply(page({ upserts: [record('a'), record('b')] }));
      await writer.apply(page({ deletes: ['b'] }));
      expect(await writer.unseen('notes')).toEqual({ unseen: 0, total: 1 });
      await writer.endRun();
      const next = await begin(store.writers, place);
      await next.apply(page({ upserts: [record('c')] }));
      expect(await next.unseen('notes')).toEqual({ unseen: 1, total: 2 });
    });

    it('do not count as seen what was named before the cursors were forgotten', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      await writer.apply(page({ upserts: [record('a'), record('b')] }));
      await writer.apply(page({ stream: 'other', upserts: [record('c')] }));
      await writer.forgetCursors('notes');
      await writer.apply(page({ present: ['a'] }));
      expect(await writer.unseen('notes')).toEqual({ unseen: 1, total: 2 });
      expect(await writer.unseen('other')).toEqual({ unseen: 0, total: 1 });
    });

    it('delete much in transactions of bounded size, each with its sums', async () => {
      const store = use();
      const place = newPlace();
      const upserts = Array.from({ length: 2500 }, (_, index) => record(`k${index}`));
      await syncOnce(store, place, [page({ upserts })]);
      const writer = await begin(store.writers, place);
      await writer.apply(page({ present: ['k7'] }));
      const sums = await Array.fromAsync(writer.sweep('notes'));
      expect(sums.length).toBeGreaterThan(1);
      expect(sums.reduce((sum, { page: { deleted } }) => sum + deleted, 0)).toBe(2499);
      expect(sums.at(-1)?.job.deleted).toBe(2499);
      expect(await keys(store, place.collectionId)).toEqual(['k7']);
    });

    it('drop a stream with its entities and its cursors', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const cursor = { value: 1, durable: true, done: false };
      await writer.apply(page({ upserts: [record('a'), record('b')], cursor }));
      await writer.apply(page({ stream: 'other', upserts: [record('c')], cursor }));
      await writer.apply(page({ stream: 'only-a-cursor', cursor }));
      await writer.apply(page({ stream: 'nothing' }));
      expect(await writer.streams()).toEqual(['notes', 'only-a-cursor', 'other']);

      expect((await last(writer.dropStream('notes')))?.job.deleted).toBe(2);
      expect(await last(writer.dropStream('only-a-cursor'))).toBeUndefined();
      expect(await last(writer.dropStream('unknown'))).toBeUndefined();
      expect(await writer.streams()).toEqual(['other']);
      expect(await keys(store, place.collectionId)).toEqual(['c']);
      const cursors = await store.readers.cursors(place.collectionId, place.sourceConnectionId);
      expect(cursors.map(({ stream }) => stream)).toEqual(['other']);
      expect((await writer.apply(page({ upserts: [record('a')] }))).page.inserted).toBe(1);
    });
  });
}
