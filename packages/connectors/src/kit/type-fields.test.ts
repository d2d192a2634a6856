import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from './secret.ts';
import * as field from './type-fields.ts';

const title = 'Field';
const builders = {
  requiredText: field.requiredText({ title }),
  text: field.text({ title, default: 'x' }),
  optionalText: field.optionalText({ title }),
  integer: field.integer({ title, default: 5, min: 1, max: 9 }),
  optionalInteger: field.optionalInteger({ title, min: 1, max: 9 }),
  port: field.port({ title, default: 587 }),
  flag: field.flag({ title, default: true }),
  requiredChoice: field.requiredChoice(['A', 'B'], { title }),
  choice: field.choice(['A', 'B'], { title, default: 'A' }),
  optionalChoice: field.optionalChoice(['A', 'B'], { title }),
  secretText: field.secretText({ title, min: 8 }),
  requiredSecret: field.requiredSecret({ title }),
} as const;
const all = Object.entries(builders) as [string, z.ZodType][];

const plain = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value);
const wordsOf = (type: z.ZodType, value: unknown): string | undefined =>
  type.safeParse(value).error?.issues[0]?.message;

describe('a field', () => {
  test.each(all)('%s keeps a placeholder as it is written', (_name, type) => {
    const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^\w{0,3}$/), name, (before, variable) => {
        const written = `${before}\${${variable}}`;
        expect(plain(type.parse(written))).toBe(written);
      }),
    );
  });

  test.each([
    ['text', 'x'],
    ['optionalText', null],
    ['integer', 5],
    ['optionalInteger', null],
    ['port', 587],
    ['flag', true],
    ['choice', 'A'],
    ['optionalChoice', null],
    ['secretText', null],
  ] as const)('%s that is absent or null is its default', (name, value) => {
    for (const absent of [undefined, null]) expect(builders[name].parse(absent)).toBe(value);
    expect(z.object({ one: builders[name] as z.ZodType }).parse({})).toEqual({ one: value });
  });

  test.each(['requiredText', 'requiredChoice', 'requiredSecret'] as const)('%s must be there', (name) => {
    for (const absent of [undefined, null, '']) expect(wordsOf(builders[name], absent)).toBe('Field is required.');
    expect(wordsOf(z.object({ one: builders[name] as z.ZodType }), {})).toBe('Field is required.');
  });

  test('of a number takes it as text too, and nothing out of its bounds', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const fits = value >= 1 && value <= 65_535;
        for (const given of [value, String(value), ` ${value} `]) {
          const parsed = builders.port.safeParse(given);
          expect(parsed.success).toBe(fits);
          if (parsed.success) expect(parsed.data).toBe(value);
          else expect(parsed.error.issues[0]?.message).toBe('Field: give a whole number from 1 to 65535.');
        }
      }),
      { examples: [[0], [1], [65_535], [65_536]] },
    );
    for (const bad of ['', '0x10', '1e3', '1.5', 1.5, NaN, Infinity, true, [], {}, '9'.repeat(400)])
      expect(builders.port.safeParse(bad).success, inspect(bad)).toBe(false);
  });

  test('of a switch takes true and false as text too', () => {
    for (const given of [true, 'true', 'TRUE', ' True ']) expect(builders.flag.parse(given)).toBe(true);
    for (const given of [false, 'false']) expect(builders.flag.parse(given)).toBe(false);
    for (const bad of ['yes', '1', 1, 0, '', [], {}])
      expect(wordsOf(builders.flag, bad), inspect(bad)).toMatch(/^Field(: give true or false| is required)\.$/);
  });

  test('of a closed list names its values when it is given another', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        fc.pre(given !== 'A' && given !== 'B' && given !== undefined && given !== null && given !== '');
        fc.pre(typeof given !== 'string' || !given.includes('${'));
        for (const type of [builders.requiredChoice, builders.choice, builders.optionalChoice])
          expect(wordsOf(type, given)).toBe('Field: give one of A, B.');
      }),
    );
  });

  test('of text takes nothing but text, and no more than fits', () => {
    for (const type of [builders.requiredText, builders.text, builders.optionalText]) {
      for (const bad of [1, true, [], {}]) expect(wordsOf(type, bad)).toBe('Field: give text.');
      expect(wordsOf(type, 'x'.repeat(4_001))).toBe('Field: give at most 4000 characters.');
    }
    expect(builders.requiredText.parse('  x ')).toBe('x');
    expect(wordsOf(builders.requiredText, '   ')).toBe('Field is required.');
  });

  test('of a secret prints nothing, and its issues do not repeat it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^canary\w{4,20}$/), (value) => {
        const parsed = builders.secretText.parse(value);
        expect(plain(parsed)).toBe(value);
        expect(`${JSON.stringify({ parsed })}${inspect(parsed, { showHidden: true })}`).not.toContain(value);
      }),
    );
    const short = builders.secretText.safeParse('canary');
    expect(short.error?.issues[0]?.message).toBe('Field: give at least 8 characters.');
    expect(JSON.stringify(short.error?.issues)).not.toContain('canary');
  });
});

describe('lists and maps', () => {
  const item = z.object({
    name: field.requiredText({ title: 'Name' }),
    value: field.requiredSecret({ title: 'Value' }),
  });

  test('are empty when they are absent or null, and say when too little is given', () => {
    const some = field.list(item, { title });
    const atLeastOne = field.list(item, { title, min: 1 });
    for (const absent of [undefined, null]) {
      expect(some.parse(absent)).toEqual([]);
      expect(field.map(z.string(), { title }).parse(absent)).toEqual({});
      expect(wordsOf(atLeastOne, absent)).toBe('Field: give at least one.');
    }
    for (const bad of ['x', 1, {}]) expect(wordsOf(some, bad)).toBe('Field: give a list.');
    expect(wordsOf(field.map(z.string(), { title }), [])).toBe('Field: give an object of names and values.');
  });

  test('hold secrets that print nothing, and name the item that does not fit', () => {
    const headers = field.list(item, { title, secret: true });
    const parsed = headers.parse([{ name: 'a', value: 'canary' }]);
    expect(JSON.stringify(parsed)).not.toContain('canary');
    const issue = headers.safeParse([{ name: 'a', value: 'b' }, { name: 'c' }]).error?.issues[0];
    expect(issue).toMatchObject({ path: [1, 'value'], message: 'Value is required.' });
  });
});
