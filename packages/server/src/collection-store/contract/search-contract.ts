import { describe, expect, it } from 'vitest';
import { newId, type CollectionId } from '../../lib/ids.ts';
import { begin, newPlace, page, record, search, syncId, syncOnce, type Use, visible } from './fixtures.ts';

/** Text of some chunks about nothing, to put something between two words. */
const filler = 'grey stones lie on the shore while waves come and go. '.repeat(150);

export function describeSearch(use: Use): void {
  describe('searches', () => {
    it('see a page as soon as visibleThrough has reached its sequence', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const inserted = await writer.apply(page({ upserts: [record('a', { animal: 'okapi' })] }));
      await visible(store, place.collectionId, inserted);
      expect(await search(store, place.collectionId, { text: 'okapi' })).toHaveLength(1);
      const changed = await writer.apply(page({ upserts: [record('a', { animal: 'tapir' })] }));
      await visible(store, place.collectionId, changed);
      expect(await search(store, place.collectionId, { text: 'okapi' })).toEqual([]);
      const deleted = await writer.apply(page({ deletes: ['a'] }));
      await visible(store, place.collectionId, deleted);
      expect(await search(store, place.collectionId)).toEqual([]);
    });

    it('give everything that was stored of an entity', async () => {
      const store = use();
      const place = newPlace();
      const document = {
        name: 'The okapi',
        url: 'https://example.test/okapi',
        createdAt: Date.UTC(2024, 0, 1),
        updatedAt: Date.UTC(2025, 5, 30),
        breadcrumbs: [{ id: '1', name: 'Animals', type: 'FolderEntity' }],
      };
      const upserts = [record('a/1', { legs: 4, tags: ['striped'], owner: { name: 'zoo' }, none: null }, document)];
      const jobId = await syncOnce(store, place, [page({ upserts })]);
      const [hit] = await search(store, place.collectionId, { text: 'striped' });
      expect(hit).toEqual({
        entityId: 'notes/a/1',
        key: 'a/1',
        stream: 'notes',
        sourceConnectionId: place.sourceConnectionId,
        sourceName: 'notebook',
        entityType: 'NoteEntity',
        syncId,
        jobId,
        ...document,
        score: expect.any(Number),
        chunkIndex: 0,
        text: expect.stringContaining('owner.name: zoo'),
        highlights: [expect.stringContaining('<em>striped</em>')],
        fields: { note: 'everything', legs: 4, tags: ['striped'], owner: { name: 'zoo' }, none: null },
      });
      expect(hit!.text).not.toContain('none');
    });

    it('give the best chunk of each entity, once', async () => {
      const store = use();
      const place = newPlace();
      const long = `An okapi. ${filler} okapi okapi okapi giraffe. ${filler} A last okapi.`;
      await syncOnce(store, place, [
        page({ upserts: [record('long', {}, { text: long }), record('short', {}, { text: 'an okapi' })] }),
      ]);
      const found = await search(store, place.collectionId, { text: 'giraffe okapi' });
      expect(found.map((hit) => hit.key)).toEqual(['long', 'short']);
      expect(found[0]!.chunkIndex).toBeGreaterThan(0);
      expect(found[0]!.text).toContain('giraffe');
      expect(found[0]!.text.length).toBeLessThan(long.length / 2);
      expect(found[0]!.score).toBeGreaterThan(found[1]!.score);
    });

    it('rank a word in the name above the same word in the text', async () => {
      const store = use();
      const place = newPlace();
      const upserts = [
        record('text', {}, { name: 'Some animal', text: 'okapi lives in the forest' }),
        record('name', {}, { name: 'Some okapi', text: 'animal lives in the forest' }),
        ...Array.from({ length: 8 }, (_, index) =>
          record(`other${index}`, {}, { text: 'no such thing in the forest' }),
        ),
      ];
      await syncOnce(store, place, [page({ upserts })]);
      const found = await search(store, place.collectionId, { text: 'okapi' });
      expect(found.map((hit) => hit.key)).toEqual(['name', 'text']);
    });

    it('page through the entities without gap or overlap, also where ranks are equal', async () => {
      const store = use();
      const place = newPlace();
      const upserts = Array.from({ length: 50 }, (_, index) =>
        record(`k${index}`, {}, { text: `${filler} okapi ${filler}` }),
      );
      await syncOnce(store, place, [page({ upserts })]);
      const whole = await search(store, place.collectionId, { text: 'okapi shore' });
      expect(new Set(whole.map((hit) => hit.key)).size).toBe(50);
      const paged: string[] = [];
      for (let offset = 0; offset < 60; offset += 7) {
        const part = await search(store, place.collectionId, { text: 'okapi shore', limit: 7, offset });
        paged.push(...part.map((hit) => hit.key));
      }
      expect(paged).toEqual(whole.map((hit) => hit.key));
      expect(await search(store, place.collectionId, { limit: 10, offset: 50 })).toEqual([]);
    });

    it('page through what a filter lets through in the order of the whole', async () => {
      const store = use();
      const place = newPlace();
      const upserts = Array.from({ length: 60 }, (_, index) =>
        record(`k${index}`, { n: index }, { text: 'okapi '.repeat(1 + (index % 7)) + filler.slice(0, index * 20) }),
      );
      await syncOnce(store, place, [page({ upserts })]);
      const text = 'okapi shore';
      const even = upserts.filter((_, index) => index % 2 === 0).map(({ key }) => key);
      const whole = (await search(store, place.collectionId, { text })).map((hit) => hit.key);
      const expected = whole.filter((key) => even.includes(key));
      const filter = [{ conditions: [{ field: 'original_entity_id', operator: 'in' as const, value: even }] }];
      const paged: string[] = [];
      for (let offset = 0; offset <= 30; offset += 4) {
        const part = await search(store, place.collectionId, { text, filter, limit: 4, offset });
        paged.push(...part.map((hit) => hit.key));
      }
      expect(paged).toEqual(expected);
      expect((await search(store, place.collectionId, { text, filter })).map((hit) => hit.key)).toEqual(expected);
    });

    it('look into the named source connections only, and never into excepted ones', async () => {
      const store = use();
      const collectionId = newId<CollectionId>();
      const [one, two, three] = [newPlace(collectionId), newPlace(collectionId), newPlace(collectionId)];
      for (const [index, place] of [one, two, three].entries()) {
        await syncOnce(store, place, [page({ upserts: [record(`k${index + 1}`)] })]);
      }
      const found = async (query: object) =>
        (await search(store, collectionId, query)).map((hit) => hit.key).toSorted();
      expect(await found({ only: [one.sourceConnectionId, two.sourceConnectionId] })).toEqual(['k1', 'k2']);
      expect(await found({ except: [two.sourceConnectionId] })).toEqual(['k1', 'k3']);
      const both = { only: [one.sourceConnectionId, two.sourceConnectionId], except: [one.sourceConnectionId] };
      expect(await found(both)).toEqual(['k2']);
      expect(await found({ only: [newPlace().sourceConnectionId] })).toEqual([]);
      expect(await found({})).toEqual(['k1', 'k2', 'k3']);
    });

    it('find any of the words, in any form and case, and leave filling words out', async () => {
      const store = use();
      const place = newPlace();
      const upserts = [
        record('sync', {}, { text: 'The engine was Syncing records' }),
        record('café', {}, { text: 'A CAFÉ in Paris' }),
        record('the', {}, { text: 'The which and the that' }),
      ];
      await syncOnce(store, place, [page({ upserts })]);
      const found = async (text: string) => (await search(store, place.collectionId, { text })).map((hit) => hit.key);
      expect(await found('how do I sync it')).toEqual(['sync']);
      expect(await found('CAFE unknown')).toEqual(['café']);
      expect((await found('which that'))[0]).toBe('the');
      expect(await found('')).toEqual([]);
      expect(await found('?!')).toEqual([]);
    });

    it.each([
      '"',
      '""',
      'a"b',
      "it's",
      'a AND',
      'NOT',
      'NEAR(',
      '(',
      '*',
      'name:',
      '^x',
      'a\0b',
      '-',
      '\ud800',
      '{x}',
      'a+b',
    ])('take %j as words, not as syntax', async (text) => {
      const store = use();
      const place = newPlace();
      await syncOnce(store, place, [page({ upserts: [record('k')] })]);
      const found = await search(store, place.collectionId, { text: `${text} everything` });
      expect(found.map((hit) => hit.key)).toEqual(['k']);
      await search(store, place.collectionId, { text });
    });

    it('highlight the words as they were found, in up to three passages of escaped text', async () => {
      const store = use();
      const place = newPlace();
      const text = `Syncing <b>"fast"</b> & well. ${filler.slice(0, 600)} Many syncs. ${filler.slice(0, 600)} Synced again.`;
      const far = [1, 2, 3, 4].map((step) => `${filler.slice(0, 330)} sync number ${step}.`).join(' ');
      await syncOnce(store, place, [page({ upserts: [record('a', {}, { text }), record('b', {}, { text: far })] })]);
      const found = await search(store, place.collectionId, { text: 'how to sync' });
      const a = found.find((hit) => hit.key === 'a')!;
      expect(a.highlights[0]).toContain('<em>Syncing</em> &lt;b&gt;&quot;fast&quot;&lt;/b&gt; &amp; well.');
      expect(a.highlights.join(' ')).toContain('<em>syncs</em>');
      for (const hit of found) {
        expect(hit.highlights.length).toBeGreaterThan(0);
        expect(hit.highlights.length).toBeLessThanOrEqual(3);
        for (const passage of hit.highlights) {
          expect(passage).toMatch(/<em>sync\w*<\/em>/i);
          expect(passage.replaceAll(/<\/?em>/g, '')).not.toMatch(/[<>]/);
        }
      }
    });
  });
}
