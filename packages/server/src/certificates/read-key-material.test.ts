import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeyRounds } from '@tributary/connectors/kit/key-rounds';
import { type GivenKeyMaterial, readKeyMaterial } from './read-key-material.ts';
import { makeCertificate, makePkcs12, type MadeCertificate } from './testing/made-certificates.ts';

let root: MadeCertificate;
let middle: MadeCertificate;
let leaf: MadeCertificate;
beforeAll(() => {
  root = makeCertificate({ name: 'root.example' });
  middle = makeCertificate({ name: 'middle.example', issuer: root });
  leaf = makeCertificate({ name: 'leaf.example', issuer: middle });
});

const subjects = (given: GivenKeyMaterial) => readKeyMaterial(given).facts.map(({ subject }) => subject.split(',')[0]);
const pem = (certificates: string, privateKey?: string, passphrase?: string): GivenKeyMaterial => ({
  type: 'pem',
  certificates,
  privateKey,
  passphrase,
});
const chainNames = ['CN=leaf.example', 'CN=middle.example', 'CN=root.example'];

function isPair(certificates: string, privateKey: string | undefined): boolean {
  return privateKey !== undefined && new X509Certificate(certificates).checkPrivateKey(createPrivateKey(privateKey));
}

describe('key material given as PEM', () => {
  it('is a certificate with its facts', () => {
    const read = readKeyMaterial(pem(leaf.certificate));
    expect(read.privateKey).toBeUndefined();
    const parsed = new X509Certificate(leaf.certificate);
    expect(read.facts).toEqual([
      {
        subject: 'CN=leaf.example, O=Tests',
        issuer: 'CN=middle.example, O=Tests',
        serialNumber: parsed.serialNumber,
        fingerprint: parsed.fingerprint256,
        notBefore: Date.parse(parsed.validFrom),
        notAfter: Date.parse(parsed.validTo),
        subjectAltNames: ['DNS:leaf.example', 'IP Address:127.0.0.1'],
        isAuthority: true,
      },
    ]);
  });

  it('is brought into the order of the chain, whatever it was, each certificate once', () => {
    const shuffled = root.certificate + leaf.certificate + middle.certificate + root.certificate;
    expect(subjects(pem(shuffled, leaf.privateKey))).toEqual(chainNames);
  });

  it('keeps the order of certificates without a key: they are those that are trusted', () => {
    expect(subjects(pem(root.certificate + leaf.certificate))).toEqual(['CN=root.example', 'CN=leaf.example']);
  });

  it('may hold the key beside the certificate', () => {
    const read = readKeyMaterial(pem(`# ours\n${leaf.certificate}\nkey:\n${leaf.privateKey}`));
    expect(isPair(read.certificates, read.privateKey)).toBe(true);
  });

  it.each(['pkcs8', 'pkcs1'] as const)('opens a key that is encrypted as %s, and stores it as PKCS#8', (type) => {
    const key = createPrivateKey(leaf.privateKey);
    const encrypted = key
      .export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'grün' } as never)
      .toString();
    expect(encrypted).toContain('ENCRYPTED');
    const read = readKeyMaterial(pem(leaf.certificate, encrypted, 'grün'));
    expect(read.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(isPair(read.certificates, read.privateKey)).toBe(true);
    expect(() => readKeyMaterial(pem(leaf.certificate, encrypted))).toThrow(/give its passphrase/);
    expect(() => readKeyMaterial(pem(leaf.certificate, encrypted, 'red'))).toThrow(/passphrase is another one/);
  });

  it('is refused when it does not fit together', () => {
    const other = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => readKeyMaterial(pem(leaf.certificate, root.privateKey))).toThrow(
      /belongs to none of the certificates/,
    );
    expect(() => readKeyMaterial(pem(leaf.certificate, other))).toThrow(/of type x25519 cannot be used/);
    const stranger = makeCertificate({ name: 'stranger.example' });
    const given = leaf.certificate + stranger.certificate;
    expect(() => readKeyMaterial(pem(given, leaf.privateKey))).toThrow(
      'The certificate of CN=stranger.example, O=Tests does not belong to the chain of CN=leaf.example, O=Tests',
    );
    expect(() => readKeyMaterial(pem(leaf.certificate, leaf.privateKey + root.privateKey))).toThrow(
      /several private keys/,
    );
  });

  it('is refused when it cannot be read, in words that hold nothing of it', () => {
    const canary = 'canary-of-a-key';
    const broken = `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`;
    const cases: readonly (readonly [GivenKeyMaterial, RegExp])[] = [
      [pem(''), /no certificate/],
      [pem('not PEM at all'), /no certificate/],
      [pem('-----BEGIN CERTIFICATE-----\nabc'), /cut off/],
      [pem('-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----'), /damaged/],
      [pem(leaf.certificate, canary), /not PEM/],
      [pem(leaf.certificate, broken), /damaged/],
      [pem(leaf.certificate, broken.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'), 'x'), /damaged/],
      [pem('x'.repeat(1_048_577)), /larger than 1 MB/],
      [{ type: 'pkcs12', base64: canary, password: canary }, /damaged/],
      [{ type: 'pkcs12', base64: leaf.certificate, password: '' }, /damaged/],
    ];
    for (const [given, words] of cases) {
      expect(() => readKeyMaterial(given)).toThrow(words);
      expect(() => readKeyMaterial(given)).not.toThrow(canary);
    }
  });
});

describe('key material given as PKCS#12', () => {
  it.each(['3des', 'aes128', 'aes256'] as const)('is opened when it is encrypted with %s', (algorithm) => {
    const issuers = [root.certificate, middle.certificate];
    const base64 = makePkcs12(leaf, 'secret', { algorithm, issuers });
    const read = readKeyMaterial({ type: 'pkcs12', base64, password: 'secret' });
    expect(read.facts.map(({ subject }) => subject.split(',')[0])).toEqual(chainNames);
    expect(isPair(read.certificates, read.privateKey)).toBe(true);
    expect(createPublicKey(read.privateKey ?? '').asymmetricKeyType).toBe('rsa');
    expect(() => readKeyMaterial({ type: 'pkcs12', base64, password: 'wrong' })).toThrow(/password .* is another one/);
  });

  it('is refused when a bit of it has changed', () => {
    const bytes = Buffer.from(makePkcs12(leaf, 'secret'), 'base64');
    for (let at = 40; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => readKeyMaterial({ type: 'pkcs12', base64: changed.toString('base64'), password: 'secret' })).toThrow(
        /PKCS#12/,
      );
    }
  });

  it('is refused before its password is hashed for hours', () => {
    expect(() => new KeyRounds().spend(2_000_000_000)).toThrow(/hashed more than/);
    const rounds = new KeyRounds();
    rounds.spend(900_000);
    expect(() => rounds.spend(200_000)).toThrow(/hashed more than/);
    expect(() => rounds.spend(0)).toThrow();
  });
});
