import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseArrayLiteral } from './array-literal.ts';
import { splitCopyLine } from './copy-line.ts';

const CHARACTERS = ['a', ' ', '\t', '\n', '\r', '\b', '\f', '\v', '\\', '"', '{', '}', ',', 'N', 'é', '😀'];
const text = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 });

const ESCAPED: Record<string, string> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};
/** As the server writes it: CopyAttributeOutText in PostgreSQL's copyto.c. */
const copied = (field: string | null) => field?.replaceAll(/[\b\f\n\r\t\v\\]/g, (one) => ESCAPED[one] ?? one) ?? '\\N';

test('a line of COPY gives back the fields that were written', () => {
  fc.assert(
    fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 6 }), (fields) => {
      expect(splitCopyLine(fields.map(copied).join('\t'))).toEqual(fields);
    }),
  );
});

type Nested = string | null | Nested[];
/** As the server writes it: array_out in PostgreSQL's arrayfuncs.c. */
const written = (value: Nested): string => {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `{${value.map(written).join(',')}}`;
  const quote = value === '' || /["\\{},\s]/.test(value) || value.toUpperCase() === 'NULL';
  return quote ? `"${value.replaceAll(/(["\\])/g, '\\$1')}"` : value;
};

test('an array literal gives back the elements that were written', () => {
  const row = fc.array(fc.option(text), { maxLength: 5 });
  fc.assert(
    fc.property(fc.oneof(row, fc.array(row, { minLength: 1, maxLength: 3 })), (value) => {
      expect(parseArrayLiteral(written(value), (element) => element)).toEqual(value);
    }),
  );
});

test('an array with bounds and one of boxes are read too', () => {
  expect(parseArrayLiteral('[2:3]={1,2}', Number)).toEqual([1, 2]);
  expect(parseArrayLiteral('{(1,1),(0,0);(2,2),(1,1)}', (box) => box, ';')).toEqual(['(1,1),(0,0)', '(2,2),(1,1)']);
  expect(parseArrayLiteral('{unfinished', (element) => element)).toBe('{unfinished');
});
