import { expect, it } from 'vitest';
import { airweaveGroups } from './airweave-groups.ts';
import { documented, observed } from './faces.ts';
import type { Services } from '../../services.ts';

it('has no row in which the two faces agree', () => {
  const same = Object.entries(documented).filter(([row, cell]) => observed[row as keyof typeof observed] === cell);
  expect(same).toEqual([]);
});

it('serves the same operations on both faces, each with a name of its own', () => {
  const [first, second] = airweaveGroups({} as Services);
  const operations = (group = first) => group?.routes.map(({ method, path }) => `${method} ${path}`);
  expect(first?.prefix).toBe('/v1');
  expect(second?.prefix).toBe('');
  expect(operations(first)).toEqual(operations(second));
  const ids = [first, second].flatMap((group) => group?.routes.map((route) => route.operationId) ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});
