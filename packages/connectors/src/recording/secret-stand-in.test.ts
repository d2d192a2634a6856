import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { RECORDED_SECRET } from './secret-spellings.ts';
import { withFreshKeys, withInnerSecrets, withoutSecrets } from './secret-stand-in.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test('each secret gets a stand-in of its kind, and the rest stays', () => {
  const config = { url: 'https://a.test/?k=hush-hush', list: [{ token: 'hush-hush' }], pin: 4711, id: 4712 };
  expect(withoutSecrets(config, ['hush-hush', '4711'])).toEqual({
    url: `https://a.test/?k=${RECORDED_SECRET}`,
    list: [{ token: RECORDED_SECRET }],
    pin: 1_000_000_007,
    id: 4712,
  });
});

test('a private key gives way to one that is made when it is played, also inside of a key file', () => {
  const file = JSON.stringify({ type: 'service_account', private_key: key });
  const kept = withoutSecrets({ key, file }, [key, file]);
  expect(JSON.stringify(kept)).not.toContain('PRIVATE KEY');
  const played = withFreshKeys(kept) as { key: string; file: string };
  expect(createPrivateKey(played.key).asymmetricKeyType).toBe('rsa');
  expect(JSON.parse(played.file)).toEqual({ type: 'service_account', private_key: played.key });
  expect(withInnerSecrets([file])).toEqual([file, key]);
});
