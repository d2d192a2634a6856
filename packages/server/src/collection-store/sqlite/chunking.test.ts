import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_CHARACTERS, splitIntoChunks } from './chunking.ts';

describe('splitIntoChunks', () => {
  it('covers any text without gap or overlap, in chunks of bounded size', () => {
    const text = fc.array(fc.constantFrom('word', '. ', '\n', '\n\n', ' ', '🜚', 'x'.repeat(30)), { maxLength: 60 });
    fc.assert(
      fc.property(
        text.map((parts) => parts.join('')),
        fc.integer({ min: 1, max: 80 }),
        (whole, size) => {
          const spans = splitIntoChunks(whole, size);
          expect(spans.map(({ starts, ends }) => whole.slice(starts, ends)).join('')).toBe(whole);
          expect(spans[0]?.starts).toBe(0);
          for (const { starts, ends } of spans) expect(ends - starts).toBeLessThanOrEqual(size);
          if (whole !== '') for (const { starts, ends } of spans) expect(ends).toBeGreaterThan(starts);
        },
      ),
    );
  });

  it('cuts at a paragraph, else at a line, a sentence, a word', () => {
    const cutAfter = (text: string) => text.slice(0, splitIntoChunks(text, 20)[0]?.ends);
    expect(cutAfter('first one. two\n\nthird and more')).toBe('first one. two\n\n');
    expect(cutAfter('first one. two\nthird and more')).toBe('first one. two\n');
    expect(cutAfter('the first one. two three and more')).toBe('the first one. ');
    expect(cutAfter('first one and two three four')).toBe('first one and two ');
    expect(cutAfter('a longwordlongwordlongword')).toBe('a longwordlongwordlo');
  });

  it('never cuts a character in two', () => {
    for (const { starts, ends } of splitIntoChunks('🜚'.repeat(50), 7)) expect([starts % 2, ends % 2]).toEqual([0, 0]);
  });

  it('leaves a short text whole, and gives an empty one a chunk to be found by its name', () => {
    const text = 'x'.repeat(CHUNK_CHARACTERS);
    expect(splitIntoChunks(text)).toEqual([{ starts: 0, ends: CHUNK_CHARACTERS }]);
    expect(splitIntoChunks('')).toEqual([{ starts: 0, ends: 0 }]);
  });
});
