import { expect, test } from 'vitest';
import { probeStream, readPages } from '../../testing/connector-probe.ts';
import { incrementalStub } from './index.ts';

const entities = (config: object) => probeStream(incrementalStub, 'entities', { config });

test('reads everything first and only what was added later', async () => {
  const first = await readPages(await entities({}));
  expect(first.flatMap((page) => page.upserts)).toHaveLength(5);
  const cursor = first.at(-1)?.cursor;
  const grown = await entities({ entity_count: 8 });
  const second = await readPages(grown, grown.parseCursor(cursor));
  expect(second.flatMap((page) => page.upserts.map((row) => grown.key(row)))).toEqual([
    'inc-stub-42-5',
    'inc-stub-42-6',
    'inc-stub-42-7',
  ]);
  expect(await readPages(grown, second.at(-1)?.cursor)).toEqual([]);
});

test('never tells of deletes by leaving records out', async () => {
  const stream = await entities({});
  expect([stream.incremental, stream.deletes]).toEqual([true, 'reported']);
  expect(incrementalStub.continuous).toEqual({ everySeconds: 60 });
});

test('lets a cursor of another seed expire', async () => {
  const stream = await entities({ seed: 7 });
  await expect(readPages(stream, { seed: 42, last_entity_index: 4 })).rejects.toMatchObject({
    reason: 'cursor_expired',
  });
  expect(() => stream.parseCursor({ page: 3 })).toThrow();
});
