import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config.ts';

/** Changes whenever the file is replaced or written; `undefined` when there is none. */
export function versionOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat && `${stat.ino}:${stat.mtimeNs}:${stat.size}`;
}

/**
 * Reads a file of keys; `undefined` when there is none.
 * @throws ConfigError when others than its owner can read it
 */
export function readPrivateFile(path: string): string | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return undefined;
  // Windows has no such bits; its files inherit the rights of the data directory.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new ConfigError([`${path} can be read by others (mode ${octal}). Run: chmod 600 ${path}`]);
  }
  return readFileSync(path, 'utf8');
}

/** Puts a new content in the place of a file, complete or not at all, for its owner's eyes only. A link stays one. */
export function replacePrivateFile(name: string, text: string): void {
  const path = existsSync(name) ? realpathSync(name) : name;
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  }
  flushFolder(dirname(path));
}

/**
 * Runs `change` while no other process changes the file: two that add a key at once would lose one of them, and with it what
 * it sealed. The lock is held for milliseconds; one whose process is gone is broken.
 * @throws ConfigError when another process holds it
 */
export function changingFile<T>(path: string, change: () => T): T {
  const lock = `${path}.lock`;
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder > 0 && isAlive(holder)) {
      throw new ConfigError([`process ${holder} changes ${path} just now; try again. If it does not, delete ${lock}`]);
    }
    unlinkIfThere(lock);
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
  }
  try {
    return change();
  } finally {
    unlinkIfThere(lock);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** A rename is lasting once its folder is written; Windows cannot open folders, and needs no such thing. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
