import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactJson } from './exact-json.ts';

const padding = fc.stringMatching(/^[ \n]{0,20}$/);
const integers = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });

/** JSON whose integers are written as they are, however large. */
function written(value: unknown, gap: string): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => gap + written(item, gap)).join(`${gap},`)}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}${gap}:${written(one, gap)}`);
    return `{${members.join(`,${gap}`)}${gap}}`;
  }
  return JSON.stringify(value);
}

function expected(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, expected(one)]));
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('12345678901234567890', String.raw`\"`, '"12345678901234567890,', ':12345678901234567890]', '\\'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    integers,
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Number.isInteger(one)),
    fc.constantFrom(null, true),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      tie('tree'),
      { maxKeys: 4 },
    ),
  ),
}));

describe('a JSON text', () => {
  test('keeps every digit of its integers, and everything else as it is', () => {
    fc.assert(
      fc.property(tree, padding, (value, gap) => {
        expect(parseExactJson(written(value, gap))).toEqual(expected(value));
      }),
    );
  });

  test.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['0.1234567890123456789', 0.123_456_789_012_345_68],
    ['12345678901234567890.5', Number('12345678901234567890.5')],
    ['12345678901234567890e2', Number('12345678901234567890e2')],
    ['1e12345678901234567890', Infinity],
    ['1700000000000000', 1_700_000_000_000_000],
    ['"12345678901234567890"', '12345678901234567890'],
    [String.raw`"\",12345678901234567890,"`, '",12345678901234567890,'],
  ])('%s is %j', (given, value) => {
    expect(parseExactJson(`{"a":[${given}]}`)).toEqual({ a: [value] });
  });

  test.each([
    '',
    '[12345678901234567890',
    '{"a":12345678901234567890,"b',
    '012345678901234567890',
    '--12345678901234567890',
  ])('that is none (%s) stays none', (given) => {
    expect(() => parseExactJson(given)).toThrow(SyntaxError);
  });

  test('with one number of many digits is read once', () => {
    const digits = '7'.repeat(2_000_000);
    expect(parseExactJson(`[${digits}]`)).toEqual([digits]);
  });
});
