import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianProgram } from '@tributary/connectors/testing/debian-program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../lib/asserts.ts';
import { readKeyMaterial } from './read-key-material.ts';

const run = promisify(execFile);
const program = findDebianProgram('openssl', 'openssl');

describe.skipIf(program === undefined)('what openssl writes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-openssl-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => run(must(program, 'not skipped'), args, { cwd: folder });
  const text = (name: string) => readFile(at(name), 'utf8');
  const base64 = (name: string) => readFile(at(name), 'base64');

  /** A fresh pair `<name>.key` and `<name>.pem`. */
  async function makePair(name: string, algorithm: readonly string[]): Promise<void> {
    const subject = ['-subj', `/CN=${name}/O=Müller, Söhne`, '-utf8'];
    const names = ['-addext', 'subjectAltName=DNS:a.example,URI:https://b.example/c,email:d@e.example'];
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-nodes'];
    await openssl('req', '-x509', '-newkey', ...algorithm, ...subject, ...names, ...files);
  }

  const kinds: readonly (readonly [name: string, algorithm: readonly string[]])[] = [
    ['rsa', ['rsa:2048']],
    ['ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['ed25519', ['ed25519']],
  ];
  const ways: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['as OpenSSL 3 does', []],
    ['as older ones do, with RC2-40', ['-legacy']],
    ['with 3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['with many iterations and SHA-512', ['-iter', '100000', '-macalg', 'sha512']],
    ['with the certificates in the open', ['-certpbe', 'NONE', '-macalg', 'sha384']],
    ['without an integrity check', ['-nomac']],
  ];

  describe.each(kinds)('with a key of type %s', (kind, algorithm) => {
    beforeAll(() => makePair(kind, algorithm));

    it('is read as PEM', async () => {
      const privateKey = await text(`${kind}.key`);
      const read = readKeyMaterial({ type: 'pem', certificates: await text(`${kind}.pem`), privateKey });
      expect(read.facts[0]).toMatchObject({
        subject: `CN=${kind}, O=Müller\\, Söhne`,
        subjectAltNames: ['DNS:a.example', 'URI:https://b.example/c', 'email:d@e.example'],
      });
      const shown = await openssl('x509', '-in', `${kind}.pem`, '-noout', '-fingerprint', '-sha256', '-serial');
      expect(shown.stdout).toContain(read.facts[0]?.fingerprint);
      expect(shown.stdout).toContain(read.facts[0]?.serialNumber);
    });

    it.each(ways)('is read as PKCS#12, %s', async (_name, args) => {
      const password = 'pässword';
      const file = ['-in', `${kind}.pem`, '-inkey', `${kind}.key`, '-out', `${kind}.p12`];
      await openssl('pkcs12', '-export', ...file, '-passout', `pass:${password}`, ...args);
      const read = readKeyMaterial({ type: 'pkcs12', base64: await base64(`${kind}.p12`), password });
      const key = createPrivateKey(read.privateKey ?? '');
      expect(new X509Certificate(read.certificates).checkPrivateKey(key)).toBe(true);
    });

    it.each([[[]], [['-scrypt']], [['-v2', 'des3']], [['-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512']]])(
      'is read with its key encrypted by pkcs8 -topk8 %s',
      async (args) => {
        await openssl('pkcs8', '-topk8', '-in', `${kind}.key`, '-out', 'encrypted.key', '-passout', 'pass:p', ...args);
        const certificates = await text(`${kind}.pem`);
        const privateKey = await text('encrypted.key');
        expect(privateKey).toContain('ENCRYPTED');
        const read = readKeyMaterial({ type: 'pem', certificates, privateKey, passphrase: 'p' });
        expect(read.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
      },
    );
  });

  it('with an empty password, and without a key', async () => {
    await makePair('plain', ['rsa:2048']);
    await openssl('pkcs12', '-export', '-in', 'plain.pem', '-inkey', 'plain.key', '-out', 'e.p12', '-passout', 'pass:');
    expect(readKeyMaterial({ type: 'pkcs12', base64: await base64('e.p12'), password: '' }).privateKey).toBeDefined();
    await openssl('pkcs12', '-export', '-nokeys', '-in', 'plain.pem', '-out', 't.p12', '-passout', 'pass:x');
    const trusted = readKeyMaterial({ type: 'pkcs12', base64: await base64('t.p12'), password: 'x' });
    expect([trusted.privateKey, trusted.facts.length]).toEqual([undefined, 1]);
  });

  it('is refused when its password is to be hashed too often', async () => {
    await makePair('slow', ['ed25519']);
    const file = ['-in', 'slow.key', '-out', 'slow.enc', '-passout', 'pass:p'];
    await openssl('pkcs8', '-topk8', ...file, '-iter', '1000001');
    const given = { type: 'pem', certificates: await text('slow.pem'), passphrase: 'p' } as const;
    const privateKey = await text('slow.enc');
    expect(() => readKeyMaterial({ ...given, privateKey })).toThrow(/hashed more than/);
    await openssl('pkcs8', '-topk8', ...file, '-scrypt', '-scrypt_N', '16384', '-scrypt_r', '8', '-scrypt_p', '9');
    const scrypt = await text('slow.enc');
    expect(() => readKeyMaterial({ ...given, privateKey: scrypt })).toThrow(/hashed more than/);
  });
});
