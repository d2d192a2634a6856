import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config.ts';
import { KEY_BYTES } from './aes-gcm.ts';
import { keyIdOf } from './key-ring.ts';
import { changingFile, readPrivateFile, replacePrivateFile } from './private-file.ts';

/** The file of the keys in the data directory. */
export const KEY_FILE = 'vault.key';

/** A key of 32 bytes from its base64; undefined when the text is none, in exactly that spelling. */
export function parseKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES && key.toString('base64') === text ? key : undefined;
}

/**
 * Reads the key file: one base64 key of 32 bytes a line, the newest last; `#` begins a comment.
 * @returns undefined when there is no file
 * @throws ConfigError when others than its owner can read it, or a line is not a key
 */
export function readKeyFile(path: string): readonly Buffer[] | undefined {
  const text = readPrivateFile(path);
  return text === undefined ? undefined : parseKeyFile(path, text);
}

function parseKeyFile(path: string, text: string): readonly Buffer[] {
  const keys = text.split('\n').map(keyOfLine);
  const good = keys.filter((key) => key !== 'none' && key !== 'broken');
  if (good.length === 0 || keys.includes('broken')) {
    throw new ConfigError([
      `${path} is not a vault key file: it must hold one base64 key of ${KEY_BYTES} bytes a line. Restore it from a backup`,
    ]);
  }
  return good;
}

function keyOfLine(line: string): Buffer | 'none' | 'broken' {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return 'none';
  return parseKey(text) ?? 'broken';
}

/** Makes a key file of mode 600 with one fresh key, complete or not at all; keeps one that another process just made. */
export function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const text = [
    '# Tributary vault key. Without this file the stored credentials cannot be read: keep a copy in a safe place.',
    randomBytes(KEY_BYTES).toString('base64'),
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

/** Adds a fresh key as the newest, complete or not at all; gives its id. @throws ConfigError as `readKeyFile` */
export function addToKeyFile(path: string): string {
  return changingFile(path, () => {
    const before = readPrivateFile(path) ?? '';
    parseKeyFile(path, before);
    const key = randomBytes(KEY_BYTES);
    const begin = before === '' || before.endsWith('\n') ? before : `${before}\n`;
    replacePrivateFile(path, `${begin}${key.toString('base64')}\n`);
    return keyIdOf(key);
  });
}

/** Takes keys out, with the file when none is left. @throws ConfigError as `readKeyFile` */
export function removeFromKeyFile(path: string, ids: ReadonlySet<string>): void {
  changingFile(path, () => {
    const text = readPrivateFile(path);
    if (text === undefined) return;
    const stays = text.split('\n').filter((line) => {
      const key = keyOfLine(line);
      return !(key instanceof Buffer) || !ids.has(keyIdOf(key));
    });
    if (stays.some((line) => keyOfLine(line) instanceof Buffer)) replacePrivateFile(path, stays.join('\n'));
    else rmSync(path);
  });
}
