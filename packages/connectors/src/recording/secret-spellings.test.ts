import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORDED_SECRET, secretCleaner } from './secret-spellings.ts';

const secrets = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }).filter((text) => text.isWellFormed());

test('a secret is found in every spelling', () => {
  const spelled: readonly ((secret: string) => string)[] = [
    (secret) => secret,
    encodeURIComponent,
    (secret) => encodeURIComponent(encodeURIComponent(secret)),
    (secret) => new URLSearchParams({ key: secret }).toString(),
    (secret) => JSON.stringify({ key: secret }),
    (secret) => JSON.stringify(JSON.stringify({ key: secret })),
    (secret) => Buffer.from(secret).toString('base64'),
    (secret) => Buffer.from(secret).toString('base64url'),
    (secret) => Buffer.from(secret).toString('hex'),
  ];
  fc.assert(
    fc.property(secrets, fc.constantFrom(...spelled), (secret, spell) => {
      const cleaned = secretCleaner([secret]).clean(`before ${spell(secret)} after`);
      expect(cleaned).toMatch(new RegExp(`^before .*${RECORDED_SECRET}.* after$`, 's'));
    }),
  );
});

test('a secret is found inside of base64, whatever stands before and behind it', () => {
  const around = fc.string({ maxLength: 5 });
  fc.assert(
    fc.property(secrets, around, around, fc.constantFrom('base64', 'base64url'), (secret, before, behind, alphabet) => {
      const text = Buffer.from(`${before}${secret}${behind}`).toString(alphabet as 'base64');
      expect(secretCleaner([secret]).clean(text)).toContain(RECORDED_SECRET);
    }),
  );
});

test('a short secret is replaced where it is the whole text only', () => {
  const { clean } = secretCleaner(['abc', '']);
  expect([clean('abc'), clean('abcd'), clean('')]).toEqual([RECORDED_SECRET, 'abcd', '']);
});
