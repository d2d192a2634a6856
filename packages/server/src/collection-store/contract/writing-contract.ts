import { describe, expect, it } from 'vitest';
import { newId, type CollectionId, type JobId } from '../../lib/ids.ts';
import { begin, keys, newPlace, page, record, search, syncOnce, type Use, visible } from './fixtures.ts';

export function describeWriting(use: Use): void {
  describe('pages', () => {
    it('counts what is new, changed, kept, deleted and failed', async () => {
      const { writers } = use();
      const writer = await begin(writers, newPlace());
      const first = await writer.apply(page({ upserts: [record('a', { v: 1 }), record('b', { v: 1 }), record('c')] }));
      expect(first.page).toEqual({ inserted: 3, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 3 });

      const second = await writer.apply(
        page({
          upserts: [record('a', { v: 2 }), record('b', { v: 1 }), record('d')],
          present: ['c', 'unknown'],
          deletes: ['b-not-there'],
          failures: [{ key: 'x', code: 'too_large', message: 'too large' }],
        }),
      );
      expect(second.page).toEqual({ inserted: 1, updated: 1, kept: 2, deleted: 0, failed: 1, chunks: 2 });
      const third = await writer.apply(page({ deletes: ['a', 'd'] }));
      expect(third.page).toEqual({ inserted: 0, updated: 0, kept: 0, deleted: 2, failed: 0, chunks: 0 });
      expect(third.job).toEqual({ inserted: 4, updated: 1, kept: 2, deleted: 2, failed: 1, chunks: 5 });
    });

    it('takes the same page twice and keeps everything the second time', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const twice = page({ upserts: [record('a', { v: 1 }), record('b', { v: 2 })], deletes: ['c'] });
      await writer.apply(twice);
      const again = await writer.apply(twice);
      expect(again.page).toEqual({ inserted: 0, updated: 0, kept: 2, deleted: 0, failed: 0, chunks: 0 });
      expect(await keys(store, place.collectionId)).toEqual(['a', 'b']);
    });

    it('asks for payload and document of new and changed entities only', async () => {
      const writer = await begin(use().writers, newPlace());
      const known = record('a');
      await writer.apply(page({ upserts: [known] }));
      const silent = () => {
        throw new Error('asked for an unchanged entity');
      };
      const again = await writer.apply(page({ upserts: [{ ...known, payload: silent, document: silent }] }));
      expect(again.page.kept).toBe(1);
    });

    it('commits nothing of a page that cannot be stored', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const before = await writer.apply(page({ upserts: [record('a')] }));
      const broken = {
        ...record('c'),
        document: () => {
          throw new Error('cannot be described');
        },
      };
      const failing = page({
        upserts: [record('b'), broken],
        deletes: ['a'],
        cursor: { value: 'after', durable: true, done: false },
      });
      await expect(writer.apply(failing)).rejects.toThrow('cannot be described');
      expect(await keys(store, place.collectionId)).toEqual(['a']);
      expect(await store.readers.cursors(place.collectionId, place.sourceConnectionId)).toEqual([]);
      const after = await writer.apply(page());
      expect(after).toEqual({ sequence: before.sequence + 1, page: expect.anything(), job: before.job });
    });

    it('deletes a key that the same page upserts', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      await writer.apply(page({ upserts: [record('a')] }));
      const both = await writer.apply(page({ upserts: [record('a', { v: 2 }), record('b')], deletes: ['a', 'b'] }));
      expect(both.page).toMatchObject({ inserted: 0, updated: 0, deleted: 1 });
      expect(await keys(store, place.collectionId)).toEqual([]);
    });

    it('replaces the text of a changed entity, however many chunks it had', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const long = Array.from({ length: 400 }, (_, index) => `walrus sentence ${index}.`).join(' ');
      const first = await writer.apply(page({ upserts: [record('a', {}, { text: long })] }));
      expect(first.page.chunks).toBeGreaterThan(2);
      await visible(store, place.collectionId, first);
      expect(await search(store, place.collectionId, { text: 'walrus' })).toHaveLength(1);
      const second = await writer.apply(page({ upserts: [record('a', {}, { text: 'a penguin' })] }));
      await visible(store, place.collectionId, second);
      expect(await search(store, place.collectionId, { text: 'walrus' })).toEqual([]);
      expect(await search(store, place.collectionId, { text: 'penguin' })).toHaveLength(1);
    });

    it('keeps keys apart that look alike', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const alike = [
        '',
        ' ',
        'A',
        'a',
        'a\0',
        'a\0b',
        '"',
        "'",
        '1',
        '1.0',
        '01',
        'ä',
        'a\u0308',
        '[]',
        '\\',
        '🜚',
        'null',
      ];
      const upserts = alike.map((key) => record(key, { key }));
      expect((await writer.apply(page({ upserts }))).page.inserted).toBe(alike.length);
      expect((await writer.apply(page({ upserts }))).page.kept).toBe(alike.length);
      expect((await writer.apply(page({ present: alike }))).page.kept).toBe(alike.length);
      expect(await keys(store, place.collectionId)).toEqual(alike.toSorted());
      expect((await writer.apply(page({ deletes: alike }))).page.deleted).toBe(alike.length);
    });

    it('keeps streams and source connections of one collection apart', async () => {
      const store = use();
      const one = newPlace();
      const two = newPlace(one.collectionId);
      await syncOnce(store, one, [
        page({ stream: 'notes', upserts: [record('a')] }),
        page({ stream: 'pages', upserts: [record('a')] }),
      ]);
      await syncOnce(store, two, [page({ stream: 'notes', upserts: [record('a')] })]);
      const found = await search(store, one.collectionId);
      expect(found.map((hit) => `${hit.sourceConnectionId} ${hit.entityId}`).toSorted()).toEqual(
        [
          `${one.sourceConnectionId} notes/a`,
          `${one.sourceConnectionId} pages/a`,
          `${two.sourceConnectionId} notes/a`,
        ].toSorted(),
      );
    });

    it('raises the sequence by one with every page, whoever writes it', async () => {
      const { writers, readers } = use();
      const one = newPlace();
      const first = await begin(writers, one);
      const second = await begin(writers, newPlace(one.collectionId));
      const sequences: number[] = [];
      for (const writer of [first, second, second, first]) sequences.push((await writer.apply(page())).sequence);
      expect(sequences).toEqual([1, 2, 3, 4].map((step) => sequences[0]! + step - 1));
      expect(await readers.visibleThrough(newId<CollectionId>())).toBe(-1);
    });

    it('counts entities by type, with the time of the last change', async () => {
      const store = use();
      const place = newPlace();
      const before = Date.now();
      await syncOnce(store, place, [
        page({ upserts: [record('a'), record('b'), record('c')], deletes: ['b'] }),
        page({ stream: 'people', entityType: 'PersonEntity', upserts: [record('p')] }),
        page({ stream: 'empty', entityType: 'EmptyEntity' }),
      ]);
      const counts = await store.readers.countTypes(place.collectionId);
      expect(counts.map(({ entityType, count }) => [entityType, count])).toEqual([
        ['NoteEntity', 2],
        ['PersonEntity', 1],
      ]);
      for (const { sourceConnectionId, lastChangedAt } of counts) {
        expect(sourceConnectionId).toBe(place.sourceConnectionId);
        expect(lastChangedAt).toBeGreaterThanOrEqual(before);
      }
      await syncOnce(store, place, [page({ upserts: [record('a')] })]);
      const [notes] = await store.readers.countTypes(place.collectionId);
      expect(notes).toEqual({ ...counts[0], count: 1 });
    });

    it('lists the failures of a job once, in their order, with what is known of them', async () => {
      const { writers, readers } = use();
      const place = newPlace();
      const jobId = newId<JobId>();
      const writer = await begin(writers, place, { jobId });
      const failures = [
        { key: 'a', code: 'too_large', message: '20 MB' },
        { code: 'unreadable', message: 'not JSON' },
        { key: 'b', code: 'too_large', message: '30 MB' },
      ];
      await writer.apply(page({ failures }));
      const again = await writer.apply(page({ failures: failures.filter((failure) => failure.key) }));
      expect(again.page.failed).toBe(0);
      expect(again.job.failed).toBe(3);
      const listed = await readers.listFailures(place.collectionId, jobId, 0, 10);
      expect(listed).toEqual(failures.map((failure) => ({ ...failure, stream: 'notes', at: expect.any(Number) })));
      expect(await readers.listFailures(place.collectionId, jobId, 1, 1)).toEqual([listed[1]]);
      expect(await readers.listFailures(place.collectionId, newId<JobId>(), 0, 10)).toEqual([]);
    });
  });
}
