import { expect, test } from 'vitest';
import { Secret } from '../../kit/secret.ts';
import { secretTexts } from './secret-texts.ts';
import { secretValues } from './secret-values.ts';

const specification = {
  properties: {
    site: { type: 'string' },
    key: { type: 'string', airbyte_secret: true },
    credentials: {
      oneOf: [
        { properties: { kind: { const: 'a' }, token: { airbyte_secret: true } } },
        { properties: { kind: { const: 'b' }, account: { type: 'integer', airbyte_secret: true } } },
      ],
    },
    accounts: { type: 'array', items: { properties: { pin: { airbyte_secret: true }, label: { type: 'string' } } } },
  },
};

test('finds the secrets of a configuration wherever its specification marks them, and unknown ones by their sound', () => {
  const config = {
    site: 'eu',
    key: 'key-1',
    credentials: { kind: 'a', token: 'token-1', account: 4711 },
    accounts: [{ pin: 'pin-1', label: 'x' }],
    old_password: 'pass-1',
    old_site: 'us',
  };
  expect(new Set(secretValues(specification, config))).toEqual(
    new Set(['key-1', 'token-1', '4711', 'pin-1', 'pass-1']),
  );
});

test('guards texts that hold a secret in any form in which APIs take it', () => {
  const { guard, add } = secretTexts(['s3cret/key', 'ab']);
  for (const text of [
    'Token s3cret/key',
    'k=s3cret%2Fkey',
    `Basic ${Buffer.from('s3cret/key').toString('base64')}`,
    'ab',
  ])
    expect(guard(text)).toBeInstanceOf(Secret);
  expect(guard('about nothing')).toBe('about nothing');
  expect(guard('later-token')).toBe('later-token');
  add(['later-token']);
  expect(guard('Bearer later-token')).toBeInstanceOf(Secret);
});

test('shows texts without secrets', () => {
  const { shown } = secretTexts(['s3cret/key']);
  expect(shown('the key s3cret/key (s3cret%2Fkey) was refused')).toBe('the key [secret] ([secret]) was refused');
});
