import { createHmac, generateKeyPairSync, verify, constants } from 'node:crypto';
import { expect, test } from 'vitest';
import { signJwt } from './sign-jwt.ts';

const decoded = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

const payload = { iss: 'me', exp: 1_700_000_000 };

test.each(['HS256', 'HS384', 'HS512'])('signs with a shared key by %s', (alg) => {
  const [header, claims, signature] = signJwt({ alg, typ: 'JWT' }, payload, { text: 'secret' }).split('.');
  expect([decoded(header), decoded(claims)]).toEqual([{ alg, typ: 'JWT' }, payload]);
  const expected = createHmac(`sha${alg.slice(2)}`, 'secret')
    .update(`${header}.${claims}`)
    .digest('base64url');
  expect(signature).toBe(expected);
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

test.each([
  ['RS256', 'sha256', rsa, {}],
  ['PS512', 'sha512', rsa, pss],
  ['ES256', 'sha256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), { dsaEncoding: 'ieee-p1363' as const }],
  ['ES256K', 'sha256', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), { dsaEncoding: 'ieee-p1363' as const }],
  ['ES512', 'sha512', generateKeyPairSync('ec', { namedCurve: 'P-521' }), { dsaEncoding: 'ieee-p1363' as const }],
  ['EdDSA', null, generateKeyPairSync('ed25519'), {}],
] as const)('signs with a private key by %s', (alg, digest, { privateKey, publicKey }, options) => {
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // Settings keep the lines of a key in one, in either of these ways.
  for (const kept of [text, text.replaceAll('\n', '\\n'), text.replaceAll('\n', ' ')]) {
    const [header, claims, signature = ''] = signJwt({ alg }, payload, { text: kept }).split('.');
    const data = Buffer.from(`${header}.${claims}`);
    expect(verify(digest, data, { key: publicKey, ...options }, Buffer.from(signature, 'base64url'))).toBe(true);
  }
});

test('opens a key with its passphrase, and says so without the key when it cannot', () => {
  const text = rsa.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();
  expect(signJwt({ alg: 'RS256' }, payload, { text, passphrase: 'open sesame' }).split('.')).toHaveLength(3);
  expect(() => signJwt({ alg: 'RS256' }, payload, { text, passphrase: 'wrong' })).toThrow(/passphrase is wrong/);
  expect(() => signJwt({ alg: 'RS256' }, payload, { text: 'no key' })).toThrow(/no private key in PEM/);
  expect(() => signJwt({ alg: 'none' }, payload, { text: 'x' })).toThrow(/there is no algorithm "none"/);
});
