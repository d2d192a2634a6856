import { expect, test } from 'vitest';
import type { Stream } from '@tributary/connectors/kit/connector';
import { LoopGuard } from './loop-guard.ts';
import { Normaliser } from './normalise.ts';

const normaliser = new Normaliser({ key: (row: { id: string }) => row.id } as unknown as Stream);

/** How many of the pages pass before the guard stops; `undefined` when all do. */
function stopsAfter(
  pages: number,
  page: (index: number) => { ids: readonly string[]; cursor?: unknown },
): number | undefined {
  const guard = new LoopGuard();
  for (let index = 0; index < pages; index++) {
    const { ids, cursor } = page(index);
    try {
      guard.observe(
        normaliser.normalise({ upserts: ids.map((id) => ({ id })), ...(cursor !== undefined && { cursor }) }),
      );
    } catch {
      return index;
    }
  }
  return undefined;
}

test('G4-16 stops when the next page is the same page', () => {
  expect(stopsAfter(1_000, () => ({ ids: ['a', 'b'], cursor: { page: 1 } }))).toBe(10);
  expect(stopsAfter(1_000, () => ({ ids: ['a', 'b'] }))).toBe(10);
});

test('G4-16 stops at empty pages that do not move on', () => {
  expect(stopsAfter(1_000, () => ({ ids: [], cursor: 'x' }))).toBe(10);
  expect(stopsAfter(20_000, () => ({ ids: [] }))).toBe(10_000);
});

test('G4-16 stops when the pages go round in a circle', () => {
  expect(stopsAfter(10_000, (index) => ({ ids: [`k${index % 7}`], cursor: index % 7 }))).toBeLessThan(250);
});

test('G4-16 stops at a circle that begins after a long way', () => {
  const page = (index: number) => (index < 1_000 ? index : 1_000 + (index % 3));
  expect(stopsAfter(20_000, (index) => ({ ids: [`k${page(index)}`], cursor: page(index) }))).toBeLessThan(5_000);
});

test('lets a source go on that repeats itself a little, or yields nothing for a while', () => {
  expect(
    stopsAfter(5_000, (index) => ({ ids: [`k${Math.floor(index / 5)}`], cursor: Math.floor(index / 5) })),
  ).toBeUndefined();
  expect(stopsAfter(5_000, (index) => ({ ids: [], cursor: index }))).toBeUndefined();
  expect(stopsAfter(9_000, (index) => ({ ids: index % 3_000 === 0 ? [`k${index}`] : [] }))).toBeUndefined();
});
