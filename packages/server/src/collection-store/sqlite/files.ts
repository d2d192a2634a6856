import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectionId } from '../../lib/ids.ts';
import { assert } from '../../lib/asserts.ts';

/** Where a collection's rows live: `<dataDir>/collections/<collectionId>.sqlite`. */
export function collectionPath(dataDir: string, collectionId: CollectionId): string {
  assert(/^[\w-]+$/.test(collectionId), 'a collection id names a file');
  return join(folder(dataDir), `${collectionId}.sqlite`);
}

export function makeFolder(dataDir: string): void {
  mkdirSync(folder(dataDir), { recursive: true, mode: 0o700 });
}

/**
 * Remembers that a collection was deleted, before its files go: a worker that is late must not create them again. The
 * list holds ids only, one a line.
 */
export function registerDeleted(dataDir: string, collectionId: CollectionId): void {
  if (isDeleted(dataDir, collectionId)) return;
  makeFolder(dataDir);
  const file = openSync(deletedList(dataDir), 'a', 0o600);
  try {
    writeSync(file, `${collectionId}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Forgets which collections were deleted; for a start that knows that no worker of an earlier time is left. */
export function forgetDeleted(dataDir: string): void {
  rmSync(deletedList(dataDir), { force: true });
}

export function isDeleted(dataDir: string, collectionId: CollectionId): boolean {
  try {
    return readFileSync(deletedList(dataDir), 'utf8').split('\n').includes(collectionId);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Removes a collection's files; those that are missing are no error. Windows refuses while they are open, so it is tried for a second. */
export function removeFiles(dataDir: string, collectionId: CollectionId): void {
  const path = collectionPath(dataDir, collectionId);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true, maxRetries: 10, retryDelay: 20 });
}

function folder(dataDir: string): string {
  return join(dataDir, 'collections');
}

function deletedList(dataDir: string): string {
  return join(folder(dataDir), 'deleted.txt');
}
