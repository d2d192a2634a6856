import { expect, test } from 'vitest';
import type { Stream } from '../kit/connector.ts';
import type { FeedPage } from '../kit/feed.ts';
import { probeContext, readPages } from '../testing/connector-probe.ts';
import { testingExecutable } from './testing-executable.ts';

async function streamsOf(count: number, behaviour = 'global'): Promise<readonly Stream[]> {
  const connector = await testingExecutable(behaviour, { state: 'global' });
  return connector.discover(probeContext(connector, { config: { count }, credentials: { token: 'x' } }));
}

/** What an engine does in one job: starts the feed, has the streams read by themselves, reads the feed. */
async function job(streams: readonly Stream[], since: unknown, fresh: readonly string[]): Promise<FeedPage[]> {
  const [{ feed }] = streams as [Stream];
  const start = await feed!.start(since === undefined ? undefined : feed!.parseCursor(since));
  for (const stream of streams) await readPages(stream, fresh.includes(stream.name) ? undefined : { asked: true });
  return Array.fromAsync(feed!.read(start, new Set(streams.map(({ name }) => name))));
}

const told = (pages: readonly FeedPage[]) =>
  pages.flatMap((page) => page.parts.map((part) => [part.stream, part.upserts.map(({ id }) => id)]));

const both = ['users', 'shop.orders'];
const fed = (streams: readonly Stream[]) => streams.filter((stream) => stream.feed);

test('a source with one state for all streams is read by one process, and streams without a cursor by themselves', async () => {
  const streams = await streamsOf(2);
  expect(fed(streams).map(({ name }) => name)).toEqual(both);
  expect(new Set(fed(streams).map(({ feed }) => feed)).size).toBe(1);
  const pages = await job(fed(streams), undefined, both);
  expect(told(pages)).toEqual([
    ['users', [1, 2]],
    ['shop.orders', [1, 2]],
  ]);
  expect(pages.map((page) => page.cursor)).toEqual([
    {
      state: {
        shared_state: { log: 'position 2' },
        stream_states: [
          { stream_descriptor: { name: 'users' }, stream_state: { last: 2 } },
          { stream_descriptor: { name: 'orders', namespace: 'shop' }, stream_state: { last: 2 } },
        ],
      },
      streams: both,
    },
  ]);
  const tags = await readPages(streams.find(({ name }) => name === 'tags')!);
  expect(tags.flatMap((page) => page.upserts)).toHaveLength(2);
});

test('the state goes back as it came, and the source goes on from it', async () => {
  const first = await job(fed(await streamsOf(2)), undefined, both);
  const pages = await job(fed(await streamsOf(3)), first.at(-1)?.cursor, []);
  expect(told(pages)).toEqual([
    ['users', [3]],
    ['shop.orders', [3]],
  ]);
});

test('a stream that is read anew, or was not read last time, is taken out of the state first', async () => {
  const first = await job(fed(await streamsOf(2)), undefined, both);
  const { cursor } = first.at(-1)!;
  const [reset, ...anew] = await job(fed(await streamsOf(3)), cursor, ['shop.orders']);
  expect(reset).toMatchObject({ parts: [], cursor: { state: { stream_states: [{ stream_state: { last: 2 } }] } } });
  expect(told(anew)).toEqual([
    ['users', [3]],
    ['shop.orders', [1, 2, 3]],
  ]);
  const alone = await job(fed(await streamsOf(3)).slice(0, 1), cursor, []);
  expect(alone.at(-1)).toMatchObject({ cursor: { streams: ['users'] } });
  const back = await job(fed(await streamsOf(3)), { ...(cursor as object), streams: ['users'] }, []);
  expect(told(back)).toEqual([
    ['users', [3]],
    ['shop.orders', [1, 2, 3]],
  ]);
});

test('a source that keeps states of single streams after all is refused', async () => {
  await expect(job(fed(await streamsOf(2, 'good')), undefined, both)).rejects.toMatchObject({
    reason: 'configuration',
    message: expect.stringContaining('Take "state": "global" out'),
  });
});

test('who takes each stream alone gets the whole state as the cursor of each', async () => {
  const connector = await testingExecutable('global', { state: 'global' });
  const made = probeContext(connector, { config: { count: 2 }, credentials: { token: 'x' } });
  const streams = await connector.discover({ ...made, options: { ...made.options, streamsAlone: true } });
  expect(fed(streams)).toEqual([]);
  const pages = await readPages(streams[0]!);
  const { cursor } = pages.find((page) => page.cursor !== undefined)!;
  expect(cursor).toMatchObject({ type: 'GLOBAL', global: { shared_state: { log: 'position 2' } } });
  expect((await readPages(streams[0]!, cursor)).flatMap((page) => page.upserts)).toEqual([]);
});
