import { expect, test } from 'vitest';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamReading } from '../model/stream.ts';
import { testingBuild } from '../requests/testing-build.ts';
import { readStream } from './read-stream.ts';

test('gives no page that was brought side by side once the read is aborted', async () => {
  const abort = new AbortController();
  const build = testingBuild();
  const slices = Array.from({ length: 20 }, (_, id) => ({ ...EMPTY_SLICE, partition: { id } }));
  const reading: StreamReading = {
    async *slices() {
      yield* slices;
    },
    async *read({ partition }) {
      yield [{ ...partition }];
    },
    close: () => undefined,
    finish: () => undefined,
    state: () => undefined,
    isStateDue: () => false,
  };
  const pages = readStream(
    'pets',
    { ...build, ctx: { ...build.ctx, signal: abort.signal } },
    { concurrency: 4, begin: () => reading },
  );
  expect((await pages.next()).done).toBe(false);
  abort.abort();
  await expect(pages.next()).rejects.toThrow(/abort/i);
  expect((await pages.next()).done).toBe(true);
});
