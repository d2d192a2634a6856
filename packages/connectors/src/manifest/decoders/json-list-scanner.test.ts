import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { JsonFault, JsonListScanner } from './json-list-scanner.ts';

function elements(path: readonly string[], text: string, size = text.length || 1): Json[] | 'open' {
  const scanner = new JsonListScanner(path);
  const found: Json[] = [];
  for (let at = 0; at < text.length; at += size) found.push(...scanner.feed(text.slice(at, at + size)));
  return scanner.isEnded ? found : 'open';
}

describe('the scanner of a list in a JSON document', () => {
  it('finds the elements of any document as a parser would, whatever the pieces', () => {
    const keys = fc.constantFrom('a', 'b', 'c', 'quo"te', 'back\\slash', 'brack]et', 'né', '');
    const { tree } = fc.letrec<{ tree: Json; list: Json[]; object: Record<string, Json> }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.oneof(
          fc.integer(),
          fc.boolean(),
          fc.constant(null),
          fc.string({ unit: 'grapheme' }),
          keys,
        ) as fc.Arbitrary<Json>,
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('tree'), { maxLength: 4 }),
      object: fc.dictionary(keys, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    }));
    const document = fc.oneof(
      fc.array(tree, { maxLength: 4 }) as fc.Arbitrary<Json>,
      fc.dictionary(keys, tree, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
    );
    const check = fc.property(
      document,
      fc.array(keys.filter(Boolean), { maxLength: 3 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(undefined, 2),
      (value, path, size, indent) => {
        const target = path.reduce<Json | undefined>(
          (inner, name) =>
            typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, name)
              ? (inner as Record<string, Json>)[name]
              : undefined,
          value,
        );
        expect(elements(path, JSON.stringify(value, null, indent), size)).toEqual(Array.isArray(target) ? target : []);
      },
    );
    fc.assert(check, { numRuns: 500 });
  });

  it('finds nothing under a name that is only a value, or lies elsewhere', () => {
    expect(elements(['a'], '{"x":"a","y":[1],"b":{"a":[2]},"c":["a",[3]],"a":4}')).toEqual([]);
    expect(elements(['a', 'b'], '{"a":[{"b":[1]}],"b":[2],"a":{"c":{"b":[3]},"b":[4]}}')).toEqual([4]);
  });

  it.each([
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1 2]}',
    '{"a":[{"b":1]}',
    '{"a":[1}',
    '{"a":[]} x',
    'words',
    '{"a":[nope]}',
  ])('refuses %s', (text) => {
    expect(() => elements(['a'], text)).toThrow(JsonFault);
    expect(() => elements(['a'], text, 1)).toThrow(JsonFault);
  });

  it('knows when a document is not at its end', () => {
    for (const text of ['{"a":[1', '{"a":[1]', '{"a":["x', '[']) expect(elements(['a'], text)).toBe('open');
  });

  it('passes over escaped characters, wherever a piece ends', () => {
    const value = { 'a"b\\': ['\\\\"\\', '\\'.repeat(9), '"'.repeat(5)], a: [1] };
    const text = JSON.stringify(value);
    for (let size = 1; size < 12; size += 1) {
      expect(elements(['a"b\\'], text, size)).toEqual(value['a"b\\']);
      expect(elements(['a'], text, size)).toEqual([1]);
    }
  });

  it('refuses a document without bottom', () => {
    expect(() => elements(['a'], '['.repeat(20_000))).toThrow(/too many levels/);
  });
});
