import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

const all = (splitter: LineSplitter, chunks: readonly Buffer[]) => [
  ...chunks.flatMap((chunk) => splitter.push(chunk)),
  ...splitter.end(),
];

test('lines do not depend on how the bytes are cut, not even inside of a character', () => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !line.includes('\n') && line !== ''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(all(new LineSplitter(10_000), chunks)).toEqual(
        lines.map((line) => ({ type: 'line', text: Buffer.from(line).toString() })),
      );
    }),
  );
});

test('F1-13 a line that is too long leaves its beginning and its length, and the next one is whole', () => {
  const splitter = new LineSplitter(10);
  const lines = all(
    splitter,
    ['short\n', '123456', '7890ab', 'cdef', '\n', 'next\nlast'].map((text) => Buffer.from(text)),
  );
  expect(lines).toEqual([
    { type: 'line', text: 'short' },
    { type: 'oversized', head: '1234567890ab', bytes: 16 },
    { type: 'line', text: 'next' },
    { type: 'line', text: 'last' },
  ]);
});
