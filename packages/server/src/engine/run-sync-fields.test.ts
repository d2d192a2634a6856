import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import type { Json } from '@tributary/connectors/kit/json';
import { newId } from '../lib/ids.ts';
import type { JobId } from '../lib/ids.ts';
import type { FieldRule } from './selection.ts';
import { rowsFrom, ShiftingSource } from './testing/shifting-source.ts';
import { stopper, SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const hmac = (text: string) => createHmac('sha256', Buffer.alloc(32, 7)).update(text).digest('hex');
/** As a template writes it; every value of these rows is a text or a number. */
const shown = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));
const rule = (path: string, action: FieldRule['action'], more: Partial<FieldRule> = {}): FieldRule => ({
  stream: 'people',
  path,
  action,
  ...more,
});
const person = (number: number) => ({
  id: number,
  email: `canary-${number}@example.com`,
  card: `4111 1111 ${1000 + number}`,
});
const people = (count = 3, appends = false) =>
  new ShiftingSource({
    people: {
      columns: { id: 'integer', email: 'string', card: 'string' },
      key: ['id'],
      rows: rowsFrom(count, person),
      appends,
    },
  });
const sync = (source: Pick<ShiftingSource, 'connector'>, fields: readonly FieldRule[] = [], options = {}) =>
  harness.expect('completed', source.connector, { selection: { fields }, ...options });

/** The connector with its streams changed. */
function altered(source: ShiftingSource, change: Partial<Stream>): { readonly connector: Connector } {
  const { connector } = source;
  return {
    connector: {
      ...connector,
      discover: async (ctx) => (await connector.discover(ctx)).map((stream) => ({ ...stream, ...change })),
    },
  };
}

describe('before anything is stored', () => {
  test('fields are dropped, hashed and masked, whatever the record says of itself', async () => {
    const source = altered(people(), {
      text: (row) => `text of ${shown(row['email'])} ${shown(row['card'])}`,
      describe: (row) => ({
        name: `name ${shown(row['email'])}`,
        url: `https://example.com/${shown(row['card'])}`,
        breadcrumbs: [{ id: shown(row['email']), name: shown(row['card']), type: 'x' }],
      }),
    });
    await sync(source, [rule('email', 'hash'), rule('card', 'drop')]);
    expect(harness.content()['people/2']).toEqual({ id: 2, email: hmac('canary-2@example.com') });
    expect(harness.bytes()).not.toMatch(/canary-|4111/);
    harness.nextSource();
    harness.memory = undefined;
    await sync(source, [rule('email', 'mask'), rule('card', 'mask', { keep: 2 })]);
    expect(harness.content()['people/2']).toEqual({ id: 2, email: '***@example.com', card: '***02' });
    expect(harness.bytes()).not.toMatch(/canary-|4111/);
  });

  test('a cursor that holds a value of a field is not readable, and still good', async () => {
    const source = people(20, true);
    await sync(source, [rule('email', 'hash')]);
    expect(harness.bytes()).not.toContain('canary-20');
    source.table('people').rows.push(person(21));
    expect((await sync(source, [rule('email', 'hash')])).counts).toMatchObject({ inserted: 1, kept: 0, updated: 0 });
  });

  test('failures show neither the keys nor the words of a source whose keys are hashed', async () => {
    const source = new ShiftingSource({
      people: { columns: { email: 'string' }, key: ['email'], rows: [{ email: 'canary-1@example.com', deep: deep() }] },
    });
    const read = async function* () {
      yield {
        upserts: source.table('people').rows,
        failures: [{ key: 'canary-9', code: 'odd', message: 'canary-9 is odd' }],
      };
    };
    await sync(altered(source, { read }), [rule('email', 'hash')]);
    expect(harness.failures()).toMatchObject([
      { key: hmac('canary-1@example.com'), code: 'too_deep' },
      { key: hmac('canary-9'), code: 'odd' },
    ]);
    expect(harness.bytes()).not.toContain('canary-');
  });
});

function deep() {
  let value: { [name: string]: never } | object = {};
  for (let level = 0; level < 300; level++) value = { value };
  return value as never;
}

describe('keys', () => {
  test('that are hashed are hashed in deletes and lists of keys too', async () => {
    const source = new ShiftingSource({
      people: { columns: { email: 'string' }, key: ['email'], rows: [], appends: true },
    });
    let page: object = {
      upserts: [1, 2, 3].map((number) => ({ email: `canary-${number}@example.com` })),
      cursor: { at: 1 },
    };
    const shown = altered(source, {
      read: async function* () {
        yield page as never;
      },
    });
    await sync(shown, [rule('email', 'hash')]);
    expect(Object.keys(harness.content()).toSorted()).toEqual(
      [1, 2, 3].map((number) => `people/${hmac(`canary-${number}@example.com`)}`).toSorted(),
    );
    page = {
      upserts: [],
      deletes: ['canary-1@example.com'],
      present: ['canary-2@example.com'],
      complete: true,
      cursor: { at: 2 },
    };
    expect((await sync(shown, [rule('email', 'hash')])).counts).toMatchObject({ deleted: 2 });
    expect(Object.keys(harness.content())).toEqual([`people/${hmac('canary-2@example.com')}`]);
    expect(harness.bytes()).not.toContain('canary-');
  });

  test('that are hashed are hashed in what an attempt writes down to find a record that kills it', async () => {
    const source = people();
    source.table('people').key = ['email'];
    await sync(source, [rule('email', 'hash')], { stalledAttempts: 1 });
    expect(Object.keys(harness.content())).toHaveLength(3);
    expect(harness.bytes()).not.toContain('canary-');
  });

  test.each(['drop', 'mask'] as const)('that a rule would %s end the stream, and the others go on', async (action) => {
    const source = people();
    source.tables.set('notes', { columns: { id: 'string' }, key: ['id'], rows: [{ id: 'n' }] });
    const selection = { fields: [rule('id', action)] };
    const failed = await harness.expect('failed', source.connector, { selection });
    expect(failed).toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining('people') });
    expect(Object.keys(harness.content())).toEqual(['notes/n']);
  });

  test('that nobody explains, or that were made up from the row, are hashed when there is any rule', async () => {
    for (const change of [{ keyUntold: true }, { key: ['made_up'] }]) {
      harness.nextSource();
      harness.memory = undefined;
      const source = people();
      const table = source.table('people');
      Object.assign(table, change);
      const madeUp = 'key' in change;
      table.rows = table.rows.map((row) => ({ ...row, ...(madeUp && { made_up: `of ${shown(row['email'])}` }) }));
      await sync(source, [rule('email', 'drop')]);
      expect(harness.bytes()).not.toContain('canary-');
      for (const id of Object.keys(harness.content())) expect(id).toMatch(/^people\/[0-9a-f]{64}$/);
    }
  });

  test('that a connector carries along in a field of its own do not get out that way', async () => {
    const source = people();
    source.table('people').key = ['email'];
    source.table('people').rows = rowsFrom(3, (number) => ({ ...person(number), own: person(number).email }));
    const carrying = altered(source, {
      describe: (row) => ({ name: `record ${shown(row['own'])}` }),
      fields: ({ own: _, ...kept }) => kept,
    });
    await sync(carrying, [rule('email', 'hash')]);
    expect(harness.content()).toHaveProperty([`people/${hmac('canary-1@example.com')}`]);
    expect(harness.bytes()).not.toContain('canary-');
  });

  test('that turn out to need a field as it was end the stream before it is stored', async () => {
    const source = altered(people(), { key: (row) => `${shown(row['id'])}-${shown(row['email'])}` });
    const failed = await harness.expect('failed', source.connector, { selection: { fields: [rule('email', 'drop')] } });
    expect(failed.code).toBe('configuration_invalid');
    expect(harness.content()).toEqual({});
  });
});

describe('when the rules change', () => {
  test.each([false, true])('the stream is read anew by itself, once (appends: %s)', async (appends) => {
    const source = people(30, appends);
    await sync(source);
    expect((await sync(source, [rule('card', 'drop')])).counts).toMatchObject({ updated: 30, deleted: 0 });
    expect(harness.content()['people/9']).toEqual({ id: 9, email: 'canary-9@example.com' });
    const again = (await sync(source, [rule('card', 'drop')])).counts;
    expect(again).toMatchObject({ updated: 0, kept: appends ? 0 : 30 });
    expect((await sync(source)).counts).toMatchObject({ updated: 30 });
  });

  test('only the streams that they concern are read anew', async () => {
    const source = people(3, true);
    source.tables.set('notes', { columns: { id: 'string' }, key: ['id'], rows: [{ id: 'n' }], appends: true });
    await sync(source);
    expect((await sync(source, [rule('card', 'drop', { stream: '*' })])).counts).toMatchObject({ updated: 3, kept: 0 });
  });

  test.each([false, true])('what cannot be read under them is not left as it was (appends: %s)', async (appends) => {
    const source = people(60, appends);
    await sync(source);
    // Two records cannot be taken any more, and most are not there any more.
    source.table('people').rows = rowsFrom(10, (number) => ({
      ...person(number),
      ...(number <= 2 && { deep: deep() }),
    }));
    const { held, counts } = await sync(source, [rule('email', 'drop')]);
    expect(held).toEqual([]);
    expect(counts).toMatchObject({ failed: 2, deleted: 52 });
    expect(JSON.stringify(harness.content())).not.toContain('canary-');
  });

  test('a job that was stopped on the way goes on with them, and the next one finishes', async () => {
    const source = people(30, true);
    await sync(source);
    const fields = [rule('email', 'drop')];
    const { signal, stop } = stopper();
    const jobId = newId<JobId>();
    const onProgress = ({ counts }: { counts: { updated: number } }): unknown =>
      counts.updated >= 10 && stop('interrupted');
    await harness.expect('interrupted', source.connector, { selection: { fields }, signal, jobId, onProgress });
    expect((await sync(source, fields, { jobId })).counts).toMatchObject({ updated: 30, kept: 0 });
    expect(JSON.stringify(harness.content())).not.toContain('canary-');
    expect((await sync(source, fields)).counts).toMatchObject({ updated: 0, kept: 0 });
  });

  test('between two attempts of a job, nothing of the first one stays', async () => {
    const source = people(30);
    const jobId = newId<JobId>();
    const { signal, stop } = stopper();
    const onProgress = ({ counts }: { counts: { inserted: number } }): unknown =>
      counts.inserted >= 10 && stop('interrupted');
    await harness.expect('interrupted', source.connector, { selection: {}, signal, jobId, onProgress });
    source.table('people').rows = rowsFrom(5, (number) => person(number + 20));
    await sync(source, [rule('email', 'hash')], { jobId });
    expect(Object.keys(harness.content())).toHaveLength(5);
    expect(JSON.stringify(harness.content())).not.toContain('canary-');
  });

  test('back again before they were through, nothing of them stays', async () => {
    const source = people(30, true);
    await sync(source);
    const { signal, stop } = stopper();
    const onProgress = ({ counts }: { counts: { updated: number } }): unknown =>
      counts.updated >= 10 && stop('interrupted');
    await harness.expect('interrupted', source.connector, {
      selection: { fields: [rule('email', 'drop')] },
      signal,
      onProgress,
    });
    await sync(source);
    expect(Object.values(harness.content())).toEqual(expect.arrayContaining(rowsFrom(30, person)));
  });
});

describe('streams', () => {
  test('that the selection leaves out are not read, and go without a question', async () => {
    const source = people(100);
    source.tables.set('notes', { columns: { id: 'string' }, key: ['id'], rows: [{ id: 'n' }] });
    await sync(source);
    source.reads.length = 0;
    const { held, counts } = await sync(source, [], { selection: { exclude: ['peo*'] } });
    expect(held).toEqual([]);
    expect(counts).toMatchObject({ deleted: 100, kept: 1 });
    expect(source.reads).toEqual(['notes']);
    const back = await sync(source, [], { selection: { include: ['people'] } });
    expect(back.counts).toMatchObject({ inserted: 100, deleted: 1 });
  });
});
