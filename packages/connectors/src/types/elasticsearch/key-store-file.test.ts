import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { Secret } from '../../kit/secret.ts';
import { openKeyStoreFile } from './key-store-file.ts';

const openssl = findDebianProgram('openssl', 'openssl');

describe.skipIf(openssl === undefined)('a PKCS#12 file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-pkcs12-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) => execFileSync(openssl ?? '', args, { cwd: folder, stdio: 'pipe' });
  const base64 = (name: string) => new Secret(readFileSync(join(folder, name)).toString('base64'));
  const make = (kind: string, ...options: string[]) =>
    run(
      'req',
      '-x509',
      '-newkey',
      ...options,
      '-nodes',
      '-subj',
      `/CN=${kind}`,
      '-keyout',
      `${kind}.key`,
      '-out',
      `${kind}.pem`,
    );

  test.each([
    ['rsa', ['rsa:2048']],
    ['ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
  ])('with a key (%s) gives its certificate first, and the key', async (kind, options) => {
    make(kind, ...options);
    make('other', 'rsa:2048');
    run(
      'pkcs12',
      '-export',
      '-in',
      `${kind}.pem`,
      '-inkey',
      `${kind}.key`,
      '-certfile',
      'other.pem',
      '-passout',
      'pass:pw',
      '-out',
      `${kind}.p12`,
    );
    const { certificates, privateKey } = await openKeyStoreFile(base64(`${kind}.p12`), new Secret('pw'), 'file');
    const leaf = new X509Certificate(certificates);
    expect(leaf.subject).toBe(`CN=${kind}`);
    expect(certificates.match(/BEGIN/g)).toHaveLength(2);
    expect(leaf.checkPrivateKey(createPrivateKey(privateKey?.reveal() ?? ''))).toBe(true);
  });

  test('without a key is a trust store', async () => {
    make('trusted', 'rsa:2048');
    run('pkcs12', '-export', '-nokeys', '-in', 'trusted.pem', '-passout', 'pass:', '-out', 'trusted.p12');
    const { certificates, privateKey } = await openKeyStoreFile(base64('trusted.p12'), null, 'file');
    expect(new X509Certificate(certificates).subject).toBe('CN=trusted');
    expect(privateKey).toBeUndefined();
    const wrong = openKeyStoreFile(base64('trusted.p12'), new Secret('wrong'), 'caFile');
    await expect(wrong).rejects.toThrow('caFile is not');
    await expect(openKeyStoreFile(new Secret('AAAA'), null, 'caFile')).rejects.toThrow('caFile is not');
  });

  test('is refused when its password is to be hashed so often that a worker would stand still', async () => {
    make('slow', 'rsa:2048');
    const file = ['-in', 'slow.pem', '-inkey', 'slow.key', '-passout', 'pass:pw', '-out', 'slow.p12'];
    run('pkcs12', '-export', ...file, '-iter', '1000001');
    const opened = openKeyStoreFile(base64('slow.p12'), new Secret('pw'), 'caFile');
    await expect(opened).rejects.toThrow(/caFile .* hashed more than/);
  });
});
