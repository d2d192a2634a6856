import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Stream } from '@tributary/connectors/kit/connector';
import { canonicalJson } from './canonical-json.ts';
import { MAX_BATCH, MAX_RECORD_LENGTH, Normaliser } from './normalise.ts';

const Row = z.object({ id: z.string(), value: z.unknown().optional() }).loose();

function streamOf(parts: Partial<Stream> = {}): Stream {
  return {
    name: 'rows',
    title: 'Rows',
    entityType: 'RowEntity',
    jsonSchema: {},
    incremental: false,
    deletes: 'listing',
    key: (row) => row['id'] as string,
    parseRow: (row) => Row.parse(row) as never,
    parseCursor: (cursor) => cursor,
    read: () => (async function* () {})(),
    ...parts,
  };
}

const only = (page: Parameters<Normaliser['normalise']>[0], parts?: Partial<Stream>) =>
  new Normaliser(streamOf(parts)).normalise(page).batches[0]!;

test('identifies and hashes the whole row, whatever the order of its members and whatever is kept of it', () => {
  const [one] = only({ upserts: [{ id: 'a', value: { x: 1, y: 2 } }] }).upserts;
  const [same] = only({ upserts: [{ value: { y: 2, x: 1 }, id: 'a' }] }, { fields: () => ({}) }).upserts;
  const [other] = only({ upserts: [{ id: 'a', value: { x: 1, y: 3 } }] }).upserts;
  expect(one).toMatchObject({ key: 'a', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(same!.hash).toBe(one!.hash);
  expect(other!.hash).not.toBe(one!.hash);
  expect(one!.payload()).toBe('{"id":"a","value":{"x":1,"y":2}}');
  expect(same!.payload()).toBe('{}');
});

test('asks for payload and document of those only that the store asks for', () => {
  let asked = 0;
  const count = (): never => {
    asked += 1;
    throw new Error('not now');
  };
  const { upserts } = only({ upserts: [{ id: 'a' }] }, { fields: count, text: count, describe: count });
  expect(upserts).toHaveLength(1);
  expect(asked).toBe(0);
});

test('G4-13 the last of two versions in a page wins', () => {
  const { upserts } = only({ upserts: [{ id: 'a', value: 1 }, { id: 'b' }, { id: 'a', value: 2 }] });
  expect(upserts.map((row) => row.payload()).sort()).toEqual(['{"id":"a","value":2}', '{"id":"b"}']);
});

test('a key that is upserted and deleted in one page is deleted', () => {
  expect(only({ upserts: [{ id: 'a' }], present: ['a'], deletes: ['a', 'a'] })).toMatchObject({
    upserts: [],
    present: [],
    deletes: ['a'],
  });
});

test('G4-10 counts a row that does not fit, says why without its values, and takes the rest', () => {
  const page = new Normaliser(streamOf()).normalise({ upserts: [{ id: 7, token: 'hunter2' }, null, { id: 'b' }] });
  const [batch] = page.batches;
  expect(batch!.upserts.map((row) => row.key)).toEqual(['b']);
  expect(batch!.failures).toEqual([
    { key: '7', code: 'invalid_row', message: 'id: Invalid input: expected string, received number' },
    { code: 'invalid_row', message: 'row: Invalid input: expected object, received null' },
  ]);
  expect(JSON.stringify(batch!.failures)).not.toContain('hunter2');
  expect(page.unnamedFailures).toBe(true);
});

test('a record that failed and is known by its key still exists', () => {
  const { present, failures } = only({
    upserts: [{ id: 'big', value: 'x'.repeat(MAX_RECORD_LENGTH) }],
    failures: [{ key: 'locked', code: 'forbidden', message: 'no' }],
  });
  expect(present).toEqual(['big', 'locked']);
  expect(failures.map((failure) => failure.code)).toEqual(['too_large', 'forbidden']);
});

test('G4-12 refuses records that are too deep, and fields without number are no reason to stop', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level++) deep = { deep };
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, index]));
  const { upserts, failures } = only({
    upserts: [
      { id: 'deep', value: deep },
      { id: 'wide', value: wide },
    ],
  });
  expect(upserts.map((row) => row.key)).toEqual(['wide']);
  expect(failures).toEqual([{ key: 'deep', code: 'too_deep', message: expect.any(String) }]);
});

test('G4-11 keys and texts become well formed, NUL does not reach the index', () => {
  const [row] = only(
    { upserts: [{ id: 'a\ud800', value: 'b\0c\udc00' }] },
    { text: (given) => given['value'] as string, describe: () => ({ name: 'n\0' }) },
  ).upserts;
  expect(row!.key).toBe('a\ufffd');
  expect(JSON.parse(row!.payload())).toEqual({ id: 'a\ufffd', value: 'b\0c\ufffd' });
  expect(row!.document()).toMatchObject({ name: 'n ', text: 'b c\ufffd' });
});

test.each([
  ['an empty text', ''],
  ['a text of more than 4,096 characters', 'x'.repeat(4_097)],
  ['nothing', undefined],
  ['an object', {}],
])('refuses %s as a key', (_, key) => {
  const { failures } = only({ upserts: [{ id: 'a' }] }, { key: () => key as string });
  expect(failures).toEqual([{ code: 'bad_key', message: 'The record has no usable key.' }]);
});

test('describes a record by the well-known fields when the stream says nothing', () => {
  const row = { id: 'a', title: 'Hello', created_at: '2026-01-02T03:04:05Z', updatedAt: '2026-02-03T00:00:00Z' };
  expect(only({ upserts: [row] }).upserts[0]!.document()).toEqual({
    name: 'Hello',
    url: null,
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    updatedAt: Date.UTC(2026, 1, 3),
    breadcrumbs: [],
    text: null,
  });
  expect(only({ upserts: [{ id: 'a', title: 3 }] }).upserts[0]!.document().name).toBe('a');
});

test('a stream that trips while it describes a record gives it its key as name', () => {
  const trip = (): never => {
    throw new Error('no');
  };
  const [row] = only({ upserts: [{ id: 'a' }] }, { describe: trip, text: trip }).upserts;
  expect(row!.document()).toMatchObject({ name: 'a', text: null });
});

test('a stream that trips while it masks fields leaves nothing unmasked, and the next page says so', () => {
  const normaliser = new Normaliser(
    streamOf({
      fields: () => {
        throw new RangeError('secret');
      },
    }),
  );
  const [row] = normaliser.normalise({ upserts: [{ id: 'a', value: 'private' }] }).batches[0]!.upserts;
  expect(row!.payload()).toBe('{}');
  expect(normaliser.normalise({ upserts: [] }).batches[0]!.failures).toEqual([
    { key: 'a', code: 'unreadable', message: 'The record could not be read (RangeError).' },
  ]);
  expect(normaliser.takeLateFailures()).toEqual([]);
});

test('splits a page that is too large for one transaction, and loses nothing of it', () => {
  const upserts = Array.from({ length: 2 * MAX_BATCH + 5 }, (_, index) => ({ id: `k${index}` }));
  const { batches, cursor } = new Normaliser(streamOf()).normalise({ upserts, deletes: ['gone'], cursor: { at: 1 } });
  expect(batches.map((batch) => batch.upserts.length)).toEqual([MAX_BATCH, MAX_BATCH, 5]);
  expect(batches.flatMap((batch) => batch.deletes)).toEqual(['gone']);
  expect(cursor).toEqual({ at: 1 });
});

test('keeps the cursor as JSON, as it will be read again', () => {
  const page = new Normaliser(streamOf()).normalise({ upserts: [], cursor: { at: new Date(0), none: undefined } });
  expect(page.cursor).toEqual(JSON.parse(canonicalJson({ at: new Date(0) })));
});
