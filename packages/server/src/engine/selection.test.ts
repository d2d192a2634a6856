import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVERYTHING, isSelected, matchesPattern, rulesOf } from './selection.ts';

test.each([
  ['*', 'anything', true],
  ['public.*', 'public.customer', true],
  ['public.*', 'publicity', false],
  ['*_log', 'audit_log', true],
  ['*_log', 'audit_log2', false],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
  ['ab*ba', 'aba', false],
  ['**', '', true],
  ['Issues', 'issues', false],
  ['a.b', 'axb', false],
])('the pattern %s and the name %s: %s', (pattern, name, fits) => {
  expect(matchesPattern(pattern, name)).toBe(fits);
});

test('a pattern fits what its parts and anything between them make up', () => {
  const part = fc.string({ maxLength: 5 }).map((text) => text.replaceAll('*', ''));
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 5 }), part, (pairs, end) => {
      const pattern = pairs.map(([fixed]) => `${fixed}*`).join('') + end;
      const name = pairs.map((pair) => pair.join('')).join('') + end;
      expect(matchesPattern(pattern, name)).toBe(true);
    }),
  );
});

test('an exclusion wins over an inclusion', () => {
  const selection = { include: ['public.*'], exclude: ['*.log'] };
  expect(['public.a', 'public.log', 'other'].filter((name) => isSelected(selection, name))).toEqual(['public.a']);
});

test('a rule for a stream wins over one for all', () => {
  const fields = [
    { stream: 'a', path: 'x', action: 'hash' },
    { stream: '*', path: 'x', action: 'drop' },
    { stream: '*', path: 'b', action: 'drop' },
  ] as const;
  expect(rulesOf({ ...EVERYTHING, fields }, 'a').map(({ path, action }) => [path, action])).toEqual([
    ['b', 'drop'],
    ['x', 'hash'],
  ]);
});
