import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config.ts';
import { must } from '../lib/asserts.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** A data key as a key of the ring has wrapped it. */
export interface WrappedKey {
  readonly keyId: string;
  /** Base64 of IV, tag and ciphertext. */
  readonly wrapped: string;
}

/**
 * The keys that wrap data keys. The last one wraps; all unwrap, so that a new key can be added while old rows exist.
 * A key's id is derived from the key: a ring with another key cannot pass for the right one.
 */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: string;

  /** `keys` are 32 bytes each, the newest last. */
  constructor(keys: readonly Buffer[]) {
    this.#keys = new Map(keys.map((key) => [keyIdOf(key), key]));
    this.#current = keyIdOf(must(keys.at(-1), 'a key ring has a key'));
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** Id of the key that wraps. */
  get currentKeyId(): string {
    return this.#current;
  }

  wrap(dataKey: Buffer, associatedData: Buffer): WrappedKey {
    const key = must(this.#keys.get(this.#current), 'the current key is in the ring');
    return { keyId: this.#current, wrapped: encrypt(key, dataKey, associatedData).toString('base64') };
  }

  /** The data key, or undefined when the ring lacks the key, or the wrapped key or its place was changed. */
  unwrap({ keyId, wrapped }: WrappedKey, associatedData: Buffer): Buffer | undefined {
    const key = this.#keys.get(keyId);
    return key && decrypt(key, Buffer.from(wrapped, 'base64'), associatedData);
  }
}

function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('tributary vault key id').digest('hex').slice(0, 16);
}

/** AES-256-GCM with a fresh random IV of 96 bits (NIST SP 800-38D §8.2.2); gives IV, tag and ciphertext in one. */
export function encrypt(key: Buffer, plain: Buffer, associatedData: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

/** Reverses `encrypt`; undefined when key, bytes or associated data are not those of the encryption. */
export function decrypt(key: Buffer, sealed: Buffer, associatedData: Buffer): Buffer | undefined {
  if (sealed.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(associatedData).setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/**
 * Reads the key file: one base64 key of 32 bytes a line, the newest last; `#` begins a comment.
 * @returns undefined when there is no file
 * @throws ConfigError when others than its owner can read it, or a line is not a key
 */
export function readKeyFile(path: string): KeyRing | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return undefined;
  // Windows has no such bits; its files inherit the rights of the data directory.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new ConfigError([`${path} can be read by others (mode ${octal}). Run: chmod 600 ${path}`]);
  }
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const keys = lines.map((line) => Buffer.from(line, 'base64'));
  const broken =
    keys.length === 0 || keys.some((key, at) => key.length !== keyBytes || key.toString('base64') !== lines[at]);
  if (broken) {
    throw new ConfigError([
      `${path} is not a vault key file: it must hold one base64 key of ${keyBytes} bytes a line. Restore it from a backup`,
    ]);
  }
  return new KeyRing(keys);
}

/** Makes a key file of mode 600 with one fresh key, complete or not at all; keeps one that another process just made. */
export function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const text = [
    '# Tributary vault key. Without this file the stored credentials cannot be read: keep a copy in a safe place.',
    randomBytes(keyBytes).toString('base64'),
    '',
  ].join('\n');
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    chmodSync(temporary, 0o600);
    // Unlike a rename, a link fails when the name is taken.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
}
