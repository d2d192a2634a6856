import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactJson, parseExact } from './exact-json.ts';

test('integers of any size come back as they were, also when JSON was between', () => {
  const leaf = fc.oneof(fc.bigInt(), fc.string(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  }));
  const textOf = (one: unknown): string => {
    if (typeof one === 'bigint') return String(one);
    if (Array.isArray(one)) return `[${one.map(textOf).join(',')}]`;
    if (typeof one !== 'object' || one === null) return JSON.stringify(one);
    return `{${Object.entries(one)
      .map(([name, inner]) => `${JSON.stringify(name)}:${textOf(inner)}`)
      .join(',')}}`;
  };
  fc.assert(
    fc.property(value, (given) => {
      const text = textOf(given);
      const stored: unknown = JSON.parse(JSON.stringify(parseExact(text)));
      expect(sorted(exactJson(stored))).toBe(sorted(text));
    }),
  );
});

/** Objects have their integer names in front. */
const sorted = (text: string): string =>
  text
    .split('')
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)))
    .join('');

test('a state with the id of a post is not rounded', () => {
  const text = '{"since":1880000000000000001,"safe":9007199254740991,"float":1.5}';
  expect(parseExact(text)).toEqual({
    since: { 'tributary:integer': '1880000000000000001' },
    safe: 9007199254740991,
    float: 1.5,
  });
  expect(exactJson(parseExact(text))).toBe(text);
});
