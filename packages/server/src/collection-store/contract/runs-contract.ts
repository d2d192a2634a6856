import { describe, expect, it } from 'vitest';
import { newId, type JobId } from '../../lib/ids.ts';
import type { CursorWrite, RunState } from '../port.ts';
import {
  begin,
  keys,
  last,
  newPlace,
  page,
  type Place,
  record,
  syncId,
  type StoreUnderTest,
  type Use,
} from './fixtures.ts';

function cursorOf(value: string, parts: Partial<CursorWrite> = {}): CursorWrite {
  return { value, durable: true, done: false, ...parts };
}

async function start(store: StoreUnderTest, place: Place, jobId: JobId, full = false): Promise<RunState> {
  const writer = await store.writers.claim(place.collectionId, place.sourceConnectionId, 0);
  return writer.beginRun({ jobId, syncId, sourceName: 'notebook', full });
}

export function describeRuns(use: Use): void {
  describe('runs and cursors', () => {
    it('commit a cursor with its page, under its stream and slice', async () => {
      const { writers, readers } = use();
      const place = newPlace();
      const writer = await begin(writers, place);
      await writer.apply(page({ slice: 'x', upserts: [record('a')], cursor: cursorOf('1') }));
      await writer.apply(page({ slice: 'y', upserts: [record('b')], cursor: cursorOf('1', { done: true }) }));
      await writer.apply(page({ slice: 'x', upserts: [record('c')], cursor: cursorOf('2') }));
      await writer.apply(
        page({ stream: 'other', cursor: { value: { deep: [1, null, 'x'] }, durable: false, done: false } }),
      );
      const expected = [
        { stream: 'notes', slice: 'x', value: '2', done: false },
        { stream: 'notes', slice: 'y', value: '1', done: true },
        { stream: 'other', slice: '', value: { deep: [1, null, 'x'] }, done: false },
      ];
      expect(await readers.cursors(place.collectionId, place.sourceConnectionId)).toEqual(expected);
      expect(await readers.cursors(place.collectionId, newPlace().sourceConnectionId)).toEqual([]);
    });

    it('say what the whole collection takes, whoever filled it', async () => {
      const { writers, readers } = use();
      const place = newPlace();
      expect(await readers.size(place.collectionId)).toEqual({ entities: 0, bytes: 0 });
      const writer = await begin(writers, place);
      await writer.apply(page({ upserts: [record('a'), record('b')] }));
      const other = await begin(writers, { ...place, sourceConnectionId: newPlace().sourceConnectionId });
      await other.apply(page({ upserts: [record('a')], stream: 'elsewhere' }));
      const size = await writer.size();
      expect(size.entities).toBe(3);
      expect(size.bytes).toBeGreaterThan(0);
      expect(await readers.size(place.collectionId)).toEqual(size);
      await writer.apply(page({ deletes: ['a'] }));
      expect((await other.size()).entities).toBe(2);
    });

    it('go on with the same job: generation, counts, cursors and what was seen are kept', async () => {
      const store = use();
      const place = newPlace();
      const jobId = newId<JobId>();
      await (await begin(store.writers, place)).apply(page({ upserts: [record('a'), record('b'), record('ghost')] }));
      const fresh = await start(store, place, jobId);
      expect(fresh).toMatchObject({ resumed: false, cursors: [], counts: { inserted: 0 } });

      const first = await begin(store.writers, place, { jobId });
      const cursor = cursorOf('at b', { durable: false, done: true });
      const { job, sequence } = await first.apply(page({ upserts: [record('a')], cursor }));

      const writer = await store.otherWriters().claim(place.collectionId, place.sourceConnectionId, 0);
      const resumed = await writer.beginRun({ jobId, syncId, sourceName: 'notebook', full: true });
      expect(resumed).toEqual({
        generation: fresh.generation,
        resumed: true,
        cursors: [{ stream: 'notes', slice: '', value: 'at b', done: true }],
        counts: job,
        sequence,
      });
      await writer.apply(page({ present: ['b'] }));
      expect((await last(writer.sweep('notes')))?.job).toEqual({ ...job, kept: 2, deleted: 1 });
      expect(await keys(store, place.collectionId)).toEqual(['a', 'b']);
    });

    it('of another job drop cursors that do not last, and reset done', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      await writer.apply(page({ slice: 'lasting', cursor: cursorOf('1', { done: true }) }));
      await writer.apply(page({ slice: 'passing', cursor: cursorOf('1', { durable: false, done: true }) }));
      const ended = await writer.endRun();
      const next = await start(store, place, newId<JobId>());
      expect(next.cursors).toEqual([{ stream: 'notes', slice: 'lasting', value: '1', done: false }]);
      expect(next.generation).toBeGreaterThan(ended.generation);
      expect(next).toMatchObject({ resumed: false, sequence: ended.sequence });
    });

    it('that are full forget every cursor, of their own source connection only', async () => {
      const store = use();
      const place = newPlace();
      const neighbour = newPlace(place.collectionId);
      for (const each of [place, neighbour]) {
        await (await begin(store.writers, each)).apply(page({ cursor: cursorOf('1') }));
      }
      expect((await start(store, place, newId<JobId>(), true)).cursors).toEqual([]);
      expect(await store.readers.cursors(neighbour.collectionId, neighbour.sourceConnectionId)).toHaveLength(1);
    });

    it('forget the cursors of one stream when asked', async () => {
      const { writers, readers } = use();
      const place = newPlace();
      const writer = await begin(writers, place);
      await writer.apply(page({ cursor: cursorOf('1') }));
      await writer.apply(page({ slice: 'x', cursor: cursorOf('1') }));
      await writer.apply(page({ stream: 'other', cursor: cursorOf('1') }));
      await writer.forgetCursors('notes');
      await writer.forgetCursors('unknown');
      const left = await readers.cursors(place.collectionId, place.sourceConnectionId);
      expect(left.map(({ stream }) => stream)).toEqual(['other']);
    });

    it('keep a note from run to run, for each source connection, until it is removed', async () => {
      const store = use();
      const place = newPlace();
      const writer = await begin(store.writers, place);
      const other = await begin(store.writers, newPlace(place.collectionId));
      await writer.setNote({ inHand: 'a' });
      await writer.setNote({ inHand: ['b', null] });
      await other.setNote('of another');
      await writer.endRun();
      expect((await start(store, place, newId<JobId>(), true)).note).toEqual({ inHand: ['b', null] });
      await (await begin(store.writers, place)).setNote(null);
      expect((await start(store, place, newId<JobId>())).note).toBeUndefined();
    });

    it('keep a job’s counts readable after its end, and know nothing of other jobs', async () => {
      const { writers, readers } = use();
      const place = newPlace();
      const jobId = newId<JobId>();
      const writer = await begin(writers, place, { jobId });
      const { job } = await writer.apply(page({ upserts: [record('a')] }));
      expect((await writer.endRun()).counts).toEqual(job);
      expect(await readers.jobCounts(place.collectionId, jobId)).toEqual(job);
      expect(await readers.jobCounts(place.collectionId, newId<JobId>())).toBeUndefined();
      expect(await readers.jobCounts(newPlace().collectionId, jobId)).toBeUndefined();
    });

    it('list anew when a job begins again after its end, since what it saw is forgotten', async () => {
      const store = use();
      const place = newPlace();
      const jobId = newId<JobId>();
      const writer = await begin(store.writers, place, { jobId });
      await writer.apply(page({ upserts: [record('a')], cursor: cursorOf('end', { durable: false, done: true }) }));
      const ended = await writer.endRun();
      const again = await start(store, place, jobId);
      expect(again).toMatchObject({ resumed: false, cursors: [], counts: { inserted: 1 } });
      expect(again.generation).toBeGreaterThan(ended.generation);
    });
  });
}
