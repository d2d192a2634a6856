import type { ConnectorContext } from '@tributary/connectors/kit/context';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptHeld, heldIn } from './schema-memory.ts';
import { rowsFrom, ShiftingSource } from './testing/shifting-source.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const person = (number: number) => ({ id: number, name: `Person ${number}`, age: number });
const people = (count = 30) => ({
  columns: { id: 'integer', name: 'string', age: 'integer' },
  key: ['id'],
  rows: rowsFrom(count, person),
});
const notes = () => ({ columns: { id: 'string' }, key: ['id'], rows: [{ id: 'n1' }, { id: 'n2' }] });
const streamsStored = () => [...new Set(Object.keys(harness.content()).map((id) => id.split('/')[0]))];
const sync = (source: ShiftingSource, selection = {}, options = {}) =>
  harness.expect('completed', source.connector, { selection, ...options });

describe('G4-17 the source changes its schema:', () => {
  test('G4-17 what it has at the first sync is no change', async () => {
    await sync(new ShiftingSource({ people: people(), notes: notes() }), { newStreams: 'fail', newFields: 'fail' });
    expect(harness.changes).toEqual([]);
    expect(Object.keys(harness.memory ?? {})).toEqual(['people', 'notes']);
    expect(harness.memory?.['people']?.fields).toEqual({ id: 'integer', name: 'string', age: 'integer' });
  });

  test('G4-17 a new field is kept, and one that is gone is gone from the records', async () => {
    const source = new ShiftingSource({ people: people(2) });
    await sync(source);
    const table = source.table('people');
    table.columns = { id: 'integer', name: 'string', city: 'string' };
    table.rows = rowsFrom(2, (number) => ({ id: number, name: `Person ${number}`, city: 'Rome' }));
    await sync(source);
    expect(harness.content()['people/1']).toEqual({ id: 1, name: 'Person 1', city: 'Rome' });
    expect(harness.changes).toEqual([
      { stream: 'people', kind: 'field_added', field: 'city', after: 'string', action: 'taken' },
      { stream: 'people', kind: 'field_removed', field: 'age', action: 'kept' },
    ]);
    await sync(source);
    expect(harness.changes).toEqual([]);
  });

  test('G4-17 a type that changes from a number to a text is widened, and the record kept', async () => {
    const source = new ShiftingSource({ people: people(2) });
    await sync(source);
    const table = source.table('people');
    table.columns = { id: 'integer', name: 'string', age: 'string' };
    table.rows = [{ id: 1, name: 'Person 1', age: 'forty' }, person(2)];
    const { counts } = await sync(source);
    expect(counts).toMatchObject({ updated: 1, kept: 1, failed: 0 });
    expect(harness.content()['people/1']).toMatchObject({ age: 'forty' });
    const change = { stream: 'people', kind: 'type_changed', field: 'age', before: 'integer', after: 'integer|string' };
    expect(harness.changes).toEqual([{ ...change, action: 'kept' }]);
    expect(harness.memory?.['people']?.fields['age']).toBe('integer|string');
  });

  test.each([false, true])(
    'G4-17 a stream whose primary key changes is read anew by itself, and nothing stays under the old keys (appends: %s)',
    async (appends) => {
      const source = new ShiftingSource({ people: { ...people(), appends } });
      await sync(source);
      source.table('people').key = ['name'];
      const { counts, held } = await sync(source);
      expect(counts).toMatchObject({ inserted: 30, deleted: 30 });
      expect(held).toEqual([]);
      expect(Object.keys(harness.content())).toHaveLength(30);
      expect(harness.content()).toHaveProperty(['people/Person 7']);
      const change = { stream: 'people', kind: 'key_changed', before: 'id', after: 'name', action: 'read_anew' };
      expect(harness.changes).toEqual([change]);
      expect((await sync(source)).counts).toMatchObject({ inserted: 0, kept: appends ? 0 : 30, deleted: 0 });
    },
  );

  test('a stream whose cursor depends on something else in a newer version of its connector is read anew', async () => {
    const source = new ShiftingSource({ people: { ...people(), appends: true } });
    const versionWith = (stateShape: string) => ({
      ...source.connector,
      discover: async (ctx: ConnectorContext) =>
        (await source.connector.discover(ctx)).map((stream) => ({ ...stream, stateShape })),
    });
    const run = async (stateShape: string) => (await harness.expect('completed', versionWith(stateShape))).counts;
    expect(await run('by day')).toMatchObject({ inserted: 30 });
    expect(await run('by day')).toMatchObject({ inserted: 0, kept: 0 });
    expect(await run('by team')).toMatchObject({ inserted: 0, kept: 30, deleted: 0 });
    expect(await run('by team')).toMatchObject({ inserted: 0, kept: 0 });
  });

  test('G4-17 a stream with other keys that brings much less than before is held by the brake until confirmed', async () => {
    const source = new ShiftingSource({ people: { ...people(60), appends: true } });
    await sync(source);
    source.table('people').key = ['name'];
    source.table('people').rows.length = 10;
    expect((await sync(source)).held).toEqual([{ stream: 'people', unseen: 60, total: 70 }]);
    expect(Object.keys(harness.content())).toHaveLength(70);
    expect((await sync(source, {}, { sweepConfirmed: true })).held).toEqual([]);
    expect(Object.keys(harness.content())).toHaveLength(10);
  });

  test('G4-17 the other streams go on when one vanishes, and a large one is held by the brake', async () => {
    const source = new ShiftingSource({ people: people(), notes: notes(), logs: notes() });
    await sync(source);
    source.tables.delete('people');
    source.tables.delete('logs');
    source.table('notes').rows.push({ id: 'n3' });
    const { counts, held } = await sync(source);
    expect(counts).toMatchObject({ inserted: 1, kept: 2, deleted: 2 });
    expect(held).toEqual([{ stream: 'people', unseen: 30, total: 30 }]);
    expect(streamsStored()).toEqual(['notes', 'people']);
    expect(harness.changes).toEqual([
      { stream: 'people', kind: 'stream_removed', action: 'held' },
      { stream: 'logs', kind: 'stream_removed', action: 'deleted' },
    ]);
    source.tables.set('people', people());
    expect((await sync(source)).counts).toMatchObject({ inserted: 0, kept: 33 });
    expect(harness.changes).toEqual([{ stream: 'people', kind: 'stream_returned', action: 'taken' }]);
  });
});

describe('G4-17 new streams', () => {
  test('G4-17 are read at once by default', async () => {
    const source = new ShiftingSource({ people: people() });
    await sync(source);
    source.tables.set('notes', notes());
    expect((await sync(source)).counts).toMatchObject({ inserted: 2 });
    expect(harness.changes).toEqual([{ stream: 'notes', kind: 'stream_added', action: 'taken' }]);
  });

  test('G4-17 that are held are read only once they are accepted', async () => {
    const source = new ShiftingSource({ people: people() });
    await sync(source, { newStreams: 'hold' });
    source.tables.set('notes', notes());
    for (let job = 0; job < 2; job++) expect((await sync(source, { newStreams: 'hold' })).counts.inserted).toBe(0);
    expect(source.reads).not.toContain('notes');
    expect(heldIn(harness.memory ?? {})).toEqual([{ stream: 'notes', fields: [] }]);
    harness.remember(acceptHeld);
    expect((await sync(source, { newStreams: 'hold' })).counts.inserted).toBe(2);
    expect(heldIn(harness.memory ?? {})).toEqual([]);
  });

  test('G4-17 that end the job end it before anything is read, until they are accepted', async () => {
    const source = new ShiftingSource({ people: people() });
    const selection = { newStreams: 'fail' } as const;
    await sync(source, selection);
    source.tables.set('notes', notes());
    source.reads.length = 0;
    for (let job = 0; job < 2; job++) {
      const failed = await harness.expect('failed', source.connector, { selection });
      expect(failed).toMatchObject({ code: 'schema_changed', message: expect.stringContaining('new stream notes') });
    }
    expect(source.reads).toEqual([]);
    harness.remember((memory) => acceptHeld(memory, ['notes']));
    expect((await sync(source, selection)).counts.inserted).toBe(2);
  });

  test('G4-17 that the selection leaves out ask nobody', async () => {
    const source = new ShiftingSource({ people: people() });
    const selection = { newStreams: 'fail', exclude: ['not*'] } as const;
    await sync(source, selection);
    source.tables.set('notes', notes());
    await sync(source, selection);
    expect(streamsStored()).toEqual(['people']);
  });
});

describe.each([true, false])('G4-17 new fields of a stream that declares them: %s', (declared) => {
  const start = () =>
    new ShiftingSource({ people: { ...people(3), ...(!declared && { columns: {}, open: true }), appends: true } });
  const shift = (source: ShiftingSource) => {
    const table = source.table('people');
    if (declared) table.columns = { id: 'integer', name: 'string', age: 'integer', diagnosis: 'string' };
    table.rows.push({ ...person(4), diagnosis: 'secret' });
  };

  test('G4-17 that are held are left out until they are accepted, and then come for all records', async () => {
    const source = start();
    const selection = { newFields: 'hold' } as const;
    await sync(source, selection);
    shift(source);
    await sync(source, selection);
    expect(harness.content()['people/4']).toEqual(person(4));
    expect(harness.bytes()).not.toContain('diagnosis');
    expect(heldIn(harness.memory ?? {})).toEqual([{ stream: 'people', fields: ['diagnosis'] }]);
    expect(harness.changes).toMatchObject([{ kind: 'field_added', field: 'diagnosis', action: 'held' }]);
    harness.remember(acceptHeld);
    const { counts } = await sync(source, selection);
    expect(counts).toMatchObject({ inserted: 0, updated: 1, kept: 3 });
    expect(harness.content()['people/4']).toMatchObject({ diagnosis: 'secret' });
    expect((await sync(source, selection)).counts).toMatchObject({ updated: 0, kept: 0 });
  });

  test('G4-17 that end the job end it before they are stored', async () => {
    const source = start();
    const selection = { newFields: 'fail' } as const;
    await sync(source, selection);
    shift(source);
    for (let job = 0; job < 2; job++) {
      const failed = await harness.expect('failed', source.connector, { selection });
      expect(failed).toMatchObject({ code: 'schema_changed', message: expect.stringContaining('diagnosis of people') });
    }
    expect(harness.content()).not.toHaveProperty(['people/4']);
    harness.remember(acceptHeld);
    await sync(source, selection);
    expect(harness.content()['people/4']).toMatchObject({ diagnosis: 'secret' });
  });

  test('G4-17 are kept by default, and said', async () => {
    const source = start();
    await sync(source);
    shift(source);
    await sync(source);
    expect(harness.content()['people/4']).toMatchObject({ diagnosis: 'secret' });
    expect(harness.changes).toMatchObject([
      { kind: 'field_added', field: 'diagnosis', after: 'string', action: 'taken' },
    ]);
  });
});

test('G4-17 a key that needs a held field holds the stream, and what is stored of it stays', async () => {
  const source = new ShiftingSource({ people: people(), notes: notes() });
  const selection = { newFields: 'hold' } as const;
  await sync(source, selection);
  const table = source.table('people');
  table.columns = { id: 'integer', uuid: 'string' };
  table.key = ['uuid'];
  table.rows = rowsFrom(30, (number) => ({ id: number, uuid: `u${number}` }));
  source.table('notes').rows.push({ id: 'n3' });
  const { counts, held } = await sync(source, selection);
  expect(counts).toMatchObject({ inserted: 1, deleted: 0 });
  expect(held).toEqual([]);
  expect(heldIn(harness.memory ?? {})).toEqual([{ stream: 'people', fields: ['uuid'] }]);
  harness.remember(acceptHeld);
  expect((await sync(source, selection)).counts).toMatchObject({ inserted: 30, deleted: 30 });
});
