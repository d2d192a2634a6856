import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Feed, FeedPage } from '@tributary/connectors/kit/feed';
import type { FieldRule } from './selection.ts';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const hmac = (text: string) => createHmac('sha256', Buffer.alloc(32, 7)).update(text).digest('hex');
const rule = (path: string, action: FieldRule['action']): FieldRule => ({ stream: 'one', path, action });

/** Two streams of three rows that are copied, and a feed that tells what `tell` gives. */
function fed(tell: () => readonly FeedPage[]) {
  const copies: string[] = [];
  const copy = (name: string) => ({
    incremental: true,
    read(since?: number) {
      if (since === undefined) copies.push(name);
      return inPages(rowsOf(3, `canary of ${name}`), 2, since);
    },
  });
  const connector = rowsConnector({ one: copy('one'), two: copy('two') });
  const feed: Feed = {
    name: 'feed',
    parseCursor: (cursor) => cursor,
    start: (since) => Promise.resolve(since ?? { after: 'nothing' }),
    async *read() {
      for (const page of tell()) yield await Promise.resolve(page);
    },
  };
  const withFeed: Connector = {
    ...connector,
    discover: async (ctx) => (await connector.discover(ctx)).map((stream) => ({ ...stream, feed, primaryKey: ['id'] })),
  };
  return { connector: withFeed, copies };
}

test('what a feed tells goes through the rules of its streams, keys of deletes and the cursor too', async () => {
  let pages: readonly FeedPage[] = [
    { parts: [{ stream: 'one', upserts: [{ id: 'canary 9', value: 'canary' }] }], cursor: { after: 'canary 9' } },
  ];
  const { connector, copies } = fed(() => pages);
  const selection = { include: ['one'], fields: [rule('id', 'hash'), rule('value', 'drop')] };
  await harness.expect('completed', connector, { selection });
  expect(harness.content()).toHaveProperty([`one/${hmac('canary 9')}`], { id: hmac('canary 9') });
  expect(harness.bytes()).not.toContain('canary');
  pages = [{ parts: [{ stream: 'one', upserts: [], deletes: ['canary 9'] }], cursor: { after: 'canary 10' } }];
  expect((await harness.expect('completed', connector, { selection })).counts).toMatchObject({
    deleted: 1,
    inserted: 0,
  });
  expect(harness.bytes()).not.toContain('canary');
  expect(copies).toEqual(['one']);
});

test('what a feed tells of streams that are not selected is passed over, and they are copied when they are', async () => {
  const { connector, copies } = fed(() => [
    { parts: [{ stream: 'two', upserts: [{ id: 'told' }] }], cursor: { after: 'it' } },
  ]);
  await harness.expect('completed', connector, { selection: { exclude: ['two'] } });
  expect(Object.keys(harness.content())).toEqual(['one/k0000', 'one/k0001', 'one/k0002']);
  await harness.expect('completed', connector, { selection: {} });
  expect(Object.keys(harness.content())).toHaveLength(7);
  expect(copies).toEqual(['one', 'two']);
  const { held, counts } = await harness.expect('completed', connector, { selection: { exclude: ['one'] } });
  expect([held, counts.deleted]).toEqual([[], 3]);
});

test('only the stream whose rules change is copied again, and the feed goes on where it was', async () => {
  const { connector, copies } = fed(() => [{ parts: [], cursor: { after: 'it' } }]);
  await harness.expect('completed', connector, { selection: {} });
  copies.length = 0;
  const selection = { fields: [rule('value', 'drop')] };
  for (let job = 0; job < 2; job++) await harness.expect('completed', connector, { selection });
  expect(copies).toEqual(['one']);
  expect(harness.content()).toMatchObject({ 'one/k0000': { id: 'k0000' }, 'two/k0000': { value: 'canary of two' } });
  expect(harness.content()['one/k0000']).toEqual({ id: 'k0000' });
});
