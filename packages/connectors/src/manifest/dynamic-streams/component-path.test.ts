import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyJson, createAtPath, setAtPath } from './component-path.ts';
import type { MutableJson } from './component-path.ts';

describe('setAtPath', () => {
  const template = (): MutableJson => ({
    name: 'template',
    retriever: { requester: { url: 'x', headers: { 'X-A': '1', 'X-B': '2' } } },
    transformations: [{ fields: [{ path: ['a'] }] }, { fields: [{ path: ['b'] }] }],
  });

  test('sets a value where a path leads, through mappings and lists', () => {
    const target = template();
    expect(setAtPath(target, ['retriever', 'requester', 'url'], 'y')).toBe(true);
    expect(setAtPath(target, ['transformations', '1', 'fields', '0', 'path'], ['c'])).toBe(true);
    expect(target).toMatchObject({
      retriever: { requester: { url: 'y' } },
      transformations: [{ fields: [{ path: ['a'] }] }, { fields: [{ path: ['c'] }] }],
    });
  });

  test('changes nothing where no path leads', () => {
    const target = template();
    expect(setAtPath(target, ['retriever', 'url'], 'y')).toBe(false);
    expect(setAtPath(target, ['transformations', '7'], 'y')).toBe(false);
    expect(setAtPath(target, ['name', 'length'], 'y')).toBe(false);
    expect(target).toEqual(template());
  });

  test('knows the globs of one segment', () => {
    const target = template();
    expect(setAtPath(target, ['retriever', 'requester', 'headers', 'X-?'], 'z')).toBe(true);
    expect(setAtPath(target, ['transformations', '*', 'fields'], [])).toBe(true);
    expect(target).toMatchObject({
      retriever: { requester: { headers: { 'X-A': 'z', 'X-B': 'z' } } },
      transformations: [{ fields: [] }, { fields: [] }],
    });
    const letters: MutableJson = { a1: 0, b1: 0, c1: 0, 'a]': 0, '[': 0 };
    setAtPath(letters, ['[!ab]1'], 1);
    setAtPath(letters, ['[ab]1'], 2);
    setAtPath(letters, ['['], 3);
    expect(letters).toEqual({ a1: 2, b1: 2, c1: 1, 'a]': 0, '[': 3 });
  });

  test('lets ** stand for any number of segments, also none, and once only', () => {
    const target: MutableJson = { name: 'a', in: { name: 'b', deep: [{ name: 'c' }] } };
    expect(setAtPath(target, ['**', 'name'], 'x')).toBe(true);
    expect(target).toEqual({ name: 'x', in: { name: 'x', deep: [{ name: 'x' }] } });
    expect(setAtPath(target, ['*', '**', 'name'], 'y')).toBe(true);
    expect(target).toEqual({ name: 'x', in: { name: 'y', deep: [{ name: 'y' }] } });
    expect(() => setAtPath(target, ['**', '**'], 'y')).toThrow('more than once');
  });

  test('gives every place a value of its own', () => {
    const target = { a: null, b: null } as { [key: string]: MutableJson };
    setAtPath(target, ['*'], { n: 1 });
    setAtPath(target, ['a', 'n'], 2);
    expect(target).toEqual({ a: { n: 2 }, b: { n: 1 } });
  });
});

describe('createAtPath', () => {
  test('makes mappings, and lists where the next segment is a number', () => {
    const target: MutableJson = { a: {} };
    createAtPath(target, ['a', 'b', '1', 'c'], 'x');
    createAtPath(target, ['a', 'b', '0'], 'y');
    expect(target).toEqual({ a: { b: ['y', { c: 'x' }] } });
  });

  test('says so when the way leads through a scalar, or a list would be made too long', () => {
    expect(() => createAtPath({ a: 'text' }, ['a', 'b'], 1)).toThrow('cannot be made');
    expect(() => createAtPath({ a: [] }, ['a', 'b'], 1)).toThrow('cannot be made');
    expect(() => createAtPath({ a: [] }, ['a', '99999999'], 1)).toThrow('cannot be made');
  });

  test('reaches nothing outside of the component, whatever the path says', () => {
    const target: MutableJson = {};
    createAtPath(target, ['__proto__', 'polluted'], true);
    createAtPath(target, ['constructor', 'prototype', 'polluted'], true);
    setAtPath(target, ['__proto__'], { polluted: true });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(target)).toEqual(['__proto__', 'constructor']);
  });
});

test('a copy can be changed at any path without a trace in what it was made from', () => {
  const segment = fc.oneof(fc.constantFrom('*', '**', '0', 'a', 'b'), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(segment, { minLength: 1, maxLength: 4 }), (json, path) => {
      const template = copyJson(json as MutableJson);
      const before = JSON.stringify(template);
      const copy = copyJson(template);
      try {
        if (!setAtPath(copy, path, { changed: true })) createAtPath(copy, path, { changed: true });
      } catch {
        // A path that cannot be is refused.
      }
      expect(JSON.stringify(template)).toBe(before);
    }),
  );
});
