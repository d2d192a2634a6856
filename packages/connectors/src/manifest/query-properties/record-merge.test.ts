import { expect, test } from 'vitest';
import { mergeByKey } from './record-merge.ts';

test('puts parts with the same key together, deep, in the order of their first part', () => {
  const merge = mergeByKey(['id']);
  expect(
    merge.add([
      { id: 2, a: 1, nested: { x: 1 } },
      { id: 1, a: 2 },
    ]),
  ).toEqual([]);
  expect(
    merge.add([
      { id: 1, b: 3 },
      { id: 2, b: 4, nested: { y: 2 } },
    ]),
  ).toEqual([]);
  expect(merge.merged()).toEqual([
    { id: 2, a: 1, b: 4, nested: { x: 1, y: 2 } },
    { id: 1, a: 2, b: 3 },
  ]);
});

test('needs every part of a key, and gives records without one back at once', () => {
  const merge = mergeByKey(['parent', 'date']);
  const without = { parent: 'p', date: null };
  expect(merge.add([without, { parent: 'p', date: 'd', a: 1 }, { parent: 'p', date: 'e', a: 2 }])).toEqual([without]);
  expect(merge.merged()).toHaveLength(2);
});

test('keeps keys of different types apart', () => {
  const merge = mergeByKey(['id']);
  merge.add([{ id: 1 }, { id: '1' }, { id: 0 }]);
  expect(merge.merged()).toHaveLength(3);
});
