import fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlWords } from './html-words.ts';

test('keeps words, a block a line, and leaves out what people do not read', () => {
  const html =
    '<head><title>x</title></head><style>p { color: red }</style><p>Dear&nbsp;Ada,</p><!-- <b>no</b> --><div>the <b>seal</b> ring &amp; co<br>is h&#252;re</div><SCRIPT>alert(1)</SCRIPT >end';
  expect(htmlWords(html)).toBe('Dear Ada,\nthe seal ring & co\nis hüre\nend');
});

test('takes a tag or a style that never ends for the end', () => {
  expect(htmlWords('a <b')).toBe('a');
  expect(htmlWords('a <style> b')).toBe('a');
});

test('leaves text without markup as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]*$/), (text) => {
      expect(htmlWords(text)).toBe(text.split(' ').filter(Boolean).join(' '));
    }),
  );
});
