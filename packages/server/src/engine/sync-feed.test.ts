import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Feed, FeedPage } from '@tributary/connectors/kit/feed';
import { OracleSource } from './testing/oracle-source.ts';
import { inPages, type Row, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

/** Streams that are copied and then fed by what the test yields. */
function fed(streams: readonly string[], given: Partial<Feed> & Pick<Feed, 'read'>): Connector {
  const copies = Object.fromEntries(
    streams.map((name) => [name, { incremental: true, read: (since?: number) => inPages(rowsOf(3), 2, since) }]),
  );
  const connector = rowsConnector(copies);
  const feed: Feed = {
    name: 'feed',
    parseCursor: (cursor) => cursor,
    start: (since) => Promise.resolve(since ?? 1),
    ...given,
  };
  return {
    ...connector,
    discover: async (ctx) => (await connector.discover(ctx)).map((stream) => ({ ...stream, feed })),
  };
}

const part = (stream: string, ...ids: string[]) => ({ stream, upserts: ids.map((id) => ({ id }) satisfies Row) });
async function* pages(...given: readonly FeedPage[]): AsyncGenerator<FeedPage> {
  for (const page of given) yield await Promise.resolve(page);
}

test('streams are copied once, then the feed tells their changes, from the cursor that was stored last', async () => {
  const starts: unknown[] = [];
  const reads: unknown[] = [];
  const connector = fed(['one', 'two'], {
    start: (since) => {
      starts.push(since);
      return Promise.resolve(since ?? 10);
    },
    read: (since) => {
      reads.push(since);
      const at = Number(since) + 1;
      return pages(
        { parts: [part('one', `new ${at}`), { ...part('two'), deletes: ['k0001'] }] },
        { parts: [], cursor: at },
      );
    },
  });
  const { counts } = await harness.expect('completed', connector);
  expect(counts).toMatchObject({ inserted: 7, deleted: 1 });
  expect((await harness.expect('completed', connector)).counts).toMatchObject({ inserted: 1, kept: 0, deleted: 0 });
  expect(starts).toEqual([undefined, 11]);
  expect(reads).toEqual([10, 11]);
  expect(Object.keys(harness.content())).toContain('one/new 12');
});

test('a stream that fails does not keep the changes of the others back', async () => {
  const connector = fed(['one', 'two'], { read: () => pages({ parts: [part('two', 'told')], cursor: 2 }) });
  const broken: Connector = {
    ...connector,
    discover: async (ctx) =>
      (await connector.discover(ctx)).map((stream) => ({
        ...stream,
        read: (since) => {
          if (stream.name === 'one') throw new TypeError('broken');
          return stream.read(since);
        },
      })),
  };
  expect(await harness.run(broken)).toMatchObject({ type: 'failed', code: 'connector_crashed' });
  expect(Object.keys(harness.content())).toContain('two/told');
});

test('a stream that was emptied is empty at once, whatever its size, and read from its start in the next job', async () => {
  let emptied = true;
  const connector = fed(['one'], {
    read: () => pages({ parts: [{ ...part('one', ...(emptied ? ['after'] : [])), emptied }], cursor: 2 }),
  });
  await harness.expect('completed', connector);
  expect(Object.keys(harness.content())).toEqual(['one/after']);
  emptied = false;
  await harness.expect('completed', connector);
  expect(Object.keys(harness.content())).toEqual(['one/after', 'one/k0000', 'one/k0001', 'one/k0002']);
});

test('a cursor that expires in the middle of the feed has everything read again, in the same job and once only', async () => {
  const source = new OracleSource();
  for (const id of ['a', 'b', 'c']) source.put(id, 1);
  const connector = source.connector(['told', 'twin']);
  await harness.expect('completed', connector);
  for (const id of ['d', 'e', 'f', 'g', 'h']) source.put(id, 1);
  let turns = 0;
  source.beforePage = () => {
    turns += 1;
    if (turns !== 3) return;
    source.delete('d');
    source.forgetLog();
    throw new ConnectorError('cursor_expired', 'too late');
  };
  await harness.expect('completed', connector);
  expect(harness.content()).toEqual(source.truth(['told', 'twin']));
  expect(Object.keys(harness.content())).not.toContain('told/d');
  const always = fed(['one'], {
    read: () => {
      throw new ConnectorError('cursor_expired', 'always too late');
    },
  });
  harness.nextSource();
  expect(await harness.run(always)).toMatchObject({ type: 'failed', code: 'cursor_expired' });
});

test('a feed whose cursor is of a foreign shape has all of its streams read again', async () => {
  const starts: unknown[] = [];
  const make = (shape: 'one' | 'other') =>
    fed(['one'], {
      start: (since) => {
        starts.push(since);
        return Promise.resolve({ shape });
      },
      parseCursor: (cursor) => {
        if ((cursor as { shape: string }).shape !== shape) throw new Error('foreign');
        return cursor;
      },
      read: () => pages(),
    });
  await harness.expect('completed', make('one'));
  await harness.expect('completed', make('one'));
  const { counts } = await harness.expect('completed', make('other'));
  expect(counts).toMatchObject({ kept: 3 });
  expect(starts).toEqual([undefined, { shape: 'one' }, undefined]);
});

test('a feed that tells of a stream of others, or has the name of one, is refused', async () => {
  const foreign = fed(['one'], { read: () => pages({ parts: [part('two', 'x')] }) });
  expect(await harness.run(foreign)).toMatchObject({ type: 'failed', code: 'invalid_answer' });
  const double = fed(['one'], { name: 'one', read: () => pages() });
  expect(await harness.run(double)).toMatchObject({ type: 'failed', code: 'invalid_answer' });
});

test('records that the feed tells are checked as any other, and counted when they fail', async () => {
  const connector = fed(['one'], {
    read: () =>
      pages({
        parts: [{ ...part('one', 'good', ''), failures: [{ key: 'k0000', code: 'truncated', message: 'cut' }] }],
        cursor: 2,
      }),
  });
  const { counts } = await harness.expect('completed', connector);
  expect(counts).toMatchObject({ inserted: 4, failed: 2 });
});
