import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyChunks } from './property-chunks.ts';

test('lets one request take everything when there is no limit', () => {
  expect(propertyChunks(['a', 'b'], { limitType: 'property_count', always: ['id'] })).toEqual([['a', 'b', 'id']]);
});

test('counts properties, and gives each request the ones that are always there', () => {
  const rules = { limitType: 'property_count', limit: 2, always: ['id'] } as const;
  expect(propertyChunks(['a', 'b', 'c'], rules)).toEqual([
    ['id', 'a', 'b'],
    ['id', 'c'],
  ]);
  expect(propertyChunks([], rules)).toEqual([['id']]);
});

test('counts characters together with separators, and never sends a request for nothing', () => {
  const rules = { limitType: 'characters', limit: 20, always: [] } as const;
  expect(propertyChunks(['kate', 'laurie', 'jaclyn'], rules)).toEqual([['kate', 'laurie'], ['jaclyn']]);
  expect(propertyChunks(['a-name-that-is-longer-than-the-limit', 'b'], rules)).toEqual([
    ['a-name-that-is-longer-than-the-limit'],
    ['b'],
  ]);
});

test('asks for every property once, in order, within the limit', () => {
  const properties = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 40 });
  fc.assert(
    fc.property(properties, fc.integer({ min: 1, max: 30 }), fc.boolean(), (names, limit, characters) => {
      const chunks = propertyChunks(names, {
        limitType: characters ? 'characters' : 'property_count',
        limit,
        always: [],
      });
      expect(chunks.flat()).toEqual(names);
      const size = (chunk: string[]): number => (characters ? chunk.join('').length + 3 * chunk.length : chunk.length);
      for (const chunk of chunks) expect(chunk.length <= 1 || size(chunk) <= limit).toBe(true);
    }),
  );
});
