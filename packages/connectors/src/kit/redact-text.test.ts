import { describe, expect, test } from 'vitest';
import { plainSecrets, redactText, redactUrl, snippet } from './redact-text.ts';
import { Secret } from './secret.ts';

describe('redaction', () => {
  test('F1-15 shows a URL without user, query values and fragment', () => {
    const url = new URL('https://me:pw@api.test:8443/v1/things?api_key=abc&page=2#frag');
    expect(redactUrl(url)).toBe('https://api.test:8443/v1/things?api_key=…&page=…');
  });

  test('F1-15 takes known secrets out of paths and texts, also as a URL spells them', () => {
    const secrets = plainSecrets([new Secret('Bearer tok/en=1'), 'plain', new Secret('abc')]);
    expect(redactUrl(new URL('https://api.test/bot/tok%2Fen%3D1/x'), secrets)).toBe('https://api.test/bot/[secret]/x');
    expect(redactText('you sent tok/en=1 to abc', secrets)).toBe('you sent [secret] to abc');
  });

  test.each([
    ['{"access_token":"xyz","a":1}', '{"access_token":"[secret]","a":1}'],
    ['{"password": "two \\" words", "b":2}', '{"password": "[secret]", "b":2}'],
    ['password=hunter2&user=me', 'password=[secret]&user=me'],
    ['Authorization: Bearer abcdef123', 'Authorization: [secret] [secret]'],
    ['use Bearer abcdef.123-x please', 'use Bearer [secret] please'],
    ['nothing to see', 'nothing to see'],
  ])('F1-15 takes out what looks like a credential: %s', (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  test('keeps a snippet short and on one line', () => {
    expect(snippet('a\n\n b\u0000\u001b[31m c')).toBe('a b [31m c');
    expect(snippet('x'.repeat(5_000))).toHaveLength(161);
  });
});
