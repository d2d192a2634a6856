import { expect, test } from 'vitest';
import { handClock, probeStream, readPages } from '../../testing/connector-probe.ts';
import { timed } from './index.ts';

test('spreads its records evenly over the duration', async () => {
  const clock = handClock(0);
  const stream = await probeStream(timed, 'entities', { config: { entity_count: 100, duration_seconds: 10 }, clock });
  const times: number[] = [];
  let rows = 0;
  for await (const page of stream.read(undefined)) {
    times.push(clock.now());
    rows += page.upserts.length;
  }
  expect(rows).toBe(100);
  expect(times).toEqual(Array.from({ length: 100 }, (_, at) => at * 100));
  expect(clock.now()).toBe(9_900);
});

test('takes the asked time for many records too', async () => {
  const clock = handClock(0);
  const stream = await probeStream(timed, 'entities', { config: { entity_count: 50_000, duration_seconds: 2 }, clock });
  const pages = await readPages(stream);
  expect(pages.flatMap((page) => page.upserts)).toHaveLength(50_000);
  expect(Math.max(...pages.map((page) => page.upserts.length))).toBeLessThanOrEqual(1_000);
  expect(clock.now()).toBeCloseTo(2_000, -1);
});

test('goes on in the middle', async () => {
  const stream = await probeStream(timed, 'entities', { config: { entity_count: 20, duration_seconds: 0 } });
  const rows = (await readPages(stream, { next: 15 })).flatMap((page) => page.upserts);
  expect(rows.map((row) => row['sequence_number'])).toEqual([15, 16, 17, 18, 19]);
});

test('stops at once when it is aborted', async () => {
  const stop = new AbortController();
  const stream = await probeStream(timed, 'entities', { signal: stop.signal });
  const pages = stream.read(undefined)[Symbol.asyncIterator]();
  await pages.next();
  stop.abort(new Error('enough'));
  await expect(pages.next()).rejects.toThrow('enough');
});
