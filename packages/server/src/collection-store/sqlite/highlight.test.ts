import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlightAll } from './highlight.ts';

const filler = 'grey stones lie on the shore while waves come and go. '.repeat(10);

function highlight(text: string, match: string): string[] {
  return highlightAll([text], match)[0] ?? [];
}

describe('highlightAll', () => {
  it('marks every form of a word that the index takes for the same', () => {
    expect(highlight('Syncing, synced and syncs; a sink', '"sync"')).toEqual([
      '<em>Syncing</em>, <em>synced</em> and <em>syncs</em>; a sink',
    ]);
    expect(highlight('A CAFÉ', '"cafe"')).toEqual(['A <em>CAFÉ</em>']);
  });

  it('keeps the answers of several texts apart', () => {
    expect(highlightAll(['no', 'a zebra', ''], '"zebra"')).toEqual([[], ['a <em>zebra</em>'], []]);
  });

  it('chooses the passages with the most words, in the order of the text', () => {
    const text = `zebra one. ${filler} zebra two. ${filler} zebra okapi. ${filler} zebra four. ${filler} okapi zebra tapir.`;
    const found = highlight(text, '"zebra" OR "okapi" OR "tapir"');
    expect(found).toHaveLength(3);
    expect(found[0]).toContain('<em>zebra</em> one');
    expect(found[1]).toContain('<em>zebra</em> <em>okapi</em>');
    expect(found[2]).toContain('<em>okapi</em> <em>zebra</em> <em>tapir</em>');
    for (const passage of found) expect(passage.length).toBeLessThan(260);
  });

  it('begins and ends passages between words', () => {
    for (const passage of highlight(`${filler} zebra ${filler}`, '"zebra"')) {
      const words = passage.replaceAll(/<\/?em>/g, '').split(' ');
      for (const word of words) expect(`${filler} zebra`.split(' ')).toContain(word);
    }
  });

  it('escapes everything but its own marks, for any text', () => {
    const part = fc.constantFrom(
      'zebra',
      '<em>',
      '</em>',
      '&',
      '"',
      "'",
      '<script>',
      '\ufdd0',
      '\ufdd1',
      '\0',
      ' ',
      'zebras',
      '🜚',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 80 }), (parts) => {
        for (const passage of highlight(parts.join(''), '"zebra"')) {
          const rest = passage.replaceAll(/<em>[^<>]*<\/em>/g, '');
          expect(rest).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        }
      }),
    );
  });
});
