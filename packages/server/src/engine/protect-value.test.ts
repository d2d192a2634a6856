import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashValue, maskValue } from './protect-value.ts';

const key = Buffer.alloc(32, 1);
const hmac = (text: string) => createHmac('sha256', key).update(text).digest('hex');

test('hashes texts, numbers and moments as they would be written, and lists item by item', () => {
  expect(hashValue(key, 'a')).toBe(hmac('a'));
  expect(hashValue(key, 42)).toBe(hashValue(key, '42'));
  expect(hashValue(key, 42n)).toBe(hmac('42'));
  expect(hashValue(key, new Date(0))).toBe(hmac('1970-01-01T00:00:00.000Z'));
  expect(hashValue(key, ['a', null])).toEqual([hmac('a'), null]);
  expect(hashValue(key, { b: 1, a: 2 })).toBe(hmac('{"a":2,"b":1}'));
  expect(hashValue(Buffer.alloc(32, 2), 'a')).not.toBe(hmac('a'));
});

test.each([
  ['4111 1111 1111 1234', 4, '***1234'],
  ['12345678', 4, '***5678'],
  ['1234567', 4, '***'],
  ['secret', 0, '***'],
  ['ada@example.com', 4, '***@example.com'],
  ['not an email@', 4, '***ail@'],
  [123456789, 2, '***89'],
  [true, 4, '***'],
  [{ a: 1 }, 4, '***'],
  [['ada@example.com', null], 4, ['***@example.com', null]],
  [null, 4, null],
  ['smiles 😀😀😀😀', 2, '***😀😀'],
] as const)('masks %j and keeps %j of it', (value, keep, masked) => {
  expect(maskValue(value, keep)).toEqual(masked);
});

test('a mask never shows more than half of a text that is no email', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(64), (text, keep) => {
      const masked = String(maskValue(text, keep));
      if (!masked.includes('@')) expect(masked.length - 3).toBeLessThanOrEqual(text.length / 2 + 1);
    }),
  );
});
