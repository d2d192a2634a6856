import fc from 'fast-check';
import { expect, test } from 'vitest';
import { yamlValue } from './yaml-value.ts';

test.each([
  ['yes', true],
  ['y', 'y'],
  ['12', 12],
  ['2024-01-01', '2024-01-01'],
  ['', null],
  ['- a\n- b: 1', ['a', { b: 1 }]],
  ['{type: X, n: [1, 2]}', { type: 'X', n: [1, 2] }],
  ['type: X\nwithin:\n  deep: |\n    two\n    lines\n', { type: 'X', within: { deep: 'two\nlines\n' } }],
  ['"quoted"', 'quoted'],
  ['Table number 1', 'Table number 1'],
  ['a - b', 'a - b'],
])('reads %j', (text, value) => {
  expect(yamlValue(text)).toEqual(value);
});

test.each([['%Y-%m-%d'], ["{{ record[0] in ['a'] }}"], ['a: [b'], ['SELECT\n\ta,\n\tb\nFROM c'], ['a: b: c'], ['@at']])(
  'leaves %j as it is',
  (text) => {
    expect(yamlValue(text)).toBe(text);
  },
);

test('reads what JSON can say as JSON does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3, noUnicodeString: true }), (value) => {
      // Numbers with exponents are texts to YAML 1.1, and two keys have a meaning of their own.
      fc.pre(!/\d[eE]|__proto__|<</.test(JSON.stringify(value)));
      expect(JSON.stringify(yamlValue(JSON.stringify(value)))).toBe(JSON.stringify(value));
    }),
  );
});
