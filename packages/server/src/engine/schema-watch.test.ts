import { expect, test } from 'vitest';
import { SchemaWatch } from './schema-watch.ts';

const watch = (more: Partial<ConstructorParameters<typeof SchemaWatch>[0]> = {}) =>
  new SchemaWatch({
    stream: 's',
    known: { id: 'integer' },
    held: {},
    policy: 'hold',
    learning: false,
    open: true,
    ...more,
  });

test('gives the very row back when there is nothing to leave out', () => {
  const row = { id: 1 };
  expect(watch().observe(row)).toBe(row);
});

test('leaves a held field out of every shape of row', () => {
  const one = watch();
  expect([{ id: 1, x: 1 }, { id: 2 }, { x: 1, id: 3 }, { id: 4, x: 1, y: 2 }].map((row) => one.observe(row))).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 3 },
    { id: 4 },
  ]);
  expect(one.held).toEqual({ x: 'integer', y: 'integer' });
  expect(one.changes.map(({ field }) => field)).toEqual(['x', 'y']);
});

test('widens a type when it meets another one, and not when it meets nothing', () => {
  const one = watch({ known: { id: 'integer', x: 'null' } });
  for (const row of [{ id: 1, x: null }, { id: null }, { id: 'a', x: 1 }]) one.observe(row);
  expect(one.known).toEqual({ id: 'integer|string', x: 'integer' });
  expect(one.changes).toEqual([
    { stream: 's', kind: 'type_changed', field: 'id', before: 'integer', after: 'integer|string', action: 'kept' },
  ]);
});

test.each(['take', 'hold'] as const)('stops learning names where they are values (%s)', (policy) => {
  const one = watch({ policy });
  const rows = Array.from({ length: 5_000 }, (_, index) => one.observe({ id: index, [`user-${index}`]: 1 }));
  expect(Object.keys(one.known).length + Object.keys(one.held).length).toBe(2_000);
  expect(Object.keys(rows.at(-1) ?? {})).toHaveLength(policy === 'take' ? 2 : 1);
});
