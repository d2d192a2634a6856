import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from './json.ts';
import { breakPlaceholders, fillPlaceholders, hasPlaceholder, placeholdersIn } from './placeholders.ts';

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/);
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);

describe('placeholders', () => {
  test.each([
    ['${a}', ['a']],
    ['x${a.b-c}y${_d}', ['a.b-c', '_d']],
    ['$a {b} ${} ${1a} ${a b} $${ok}', ['ok']],
  ])('are found in %s', (text, names) => {
    expect([...placeholdersIn(text)]).toEqual(names);
    expect(hasPlaceholder(text)).toBe(true);
  });

  test('are found and filled however deep they stand, and names of fields are left alone', () => {
    fc.assert(
      fc.property(json, name, fc.string(), (rest, variable, value) => {
        const written = { '${key}': rest, list: [{ text: `a\${${variable}}b` }] };
        expect(placeholdersIn(written).has(variable)).toBe(true);
        const filled = fillPlaceholders(written, (asked) => (asked === variable ? value : undefined));
        expect(filled.list).toEqual([{ text: `a${value}b` }]);
        expect(Object.keys(filled)).toEqual(['${key}', 'list']);
      }),
    );
  });

  test('without a variable stay as they are', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(fillPlaceholders(value, () => undefined)).toEqual(value);
      }),
    );
  });

  test('are filled once: what a variable holds is not looked at, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), name, (value, variable) => {
        const bring = (asked: string) => (asked === variable ? `${value}\${${variable}}$&$1` : undefined);
        expect(fillPlaceholders(`\${${variable}}`, bring)).toBe(`${value}\${${variable}}$&$1`);
      }),
    );
  });

  test('that are broken are none any more', () => {
    fc.assert(
      fc.property(json, name, (value, variable) => {
        expect([...placeholdersIn(breakPlaceholders([value, `\${${variable}}`]))]).toEqual([]);
      }),
    );
  });
});
