import { expect, test } from 'vitest';
import type { StreamSlice } from '../model/slice.ts';
import type { StreamReading } from '../model/stream.ts';
import { testingBuild } from '../requests/testing-build.ts';
import { readStream } from './read-stream.ts';

test('hands on nothing that was read ahead when it has been aborted', async () => {
  const abort = new AbortController();
  const plain = testingBuild();
  const build = { ...plain, ctx: { ...plain.ctx, signal: abort.signal } };
  const slice = (n: number): StreamSlice => ({ partition: { n }, cursorSlice: {}, extraFields: {} });
  const reading: StreamReading = {
    async *slices() {
      for (const n of [1, 2, 3, 4]) yield slice(n);
    },
    async *read({ partition }) {
      yield [{ id: partition['n'] ?? null }];
    },
    close: () => undefined,
    finish: () => undefined,
    state: () => ({ done: true }),
    isStateDue: () => true,
  };
  const pages = readStream('issues', build, { concurrency: 4, begin: () => reading });
  expect(await pages.next()).toMatchObject({ value: { type: 'records' } });
  abort.abort(new Error('enough'));
  await expect(pages.next()).rejects.toThrow('enough');
});
