import { statSync } from 'node:fs';
import type { CollectionId } from '../../lib/ids.ts';
import { type Connection, openForReading } from './connection.ts';
import { collectionPath } from './files.ts';

/** Connections of one thread; each has a cache of up to 16 MB and two open files. */
const OPEN_AT_ONCE = 8;
/** Readers wait only for the moments in which a log is recovered or restarted. */
const BUSY_MS = 5000;

interface Opened {
  readonly db: Connection;
  readonly inode: number;
}

/** The collections that a reader thread has open, least recently used first out. */
export class OpenCollections {
  readonly #dataDir: string;
  readonly #open = new Map<CollectionId, Opened>();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** The collection's connection; `undefined` when it has no file. */
  find(id: CollectionId): Connection | undefined {
    this.#closeRemoved();
    const known = this.#open.get(id);
    if (known) {
      // Reinserted, so that the order of the map is the order of use.
      this.#open.delete(id);
      this.#open.set(id, known);
      return known.db;
    }
    const path = collectionPath(this.#dataDir, id);
    const inode = inodeOf(path);
    const db = inode === undefined ? undefined : openForReading(path, BUSY_MS);
    if (!db || inode === undefined) return undefined;
    this.#open.set(id, { db, inode });
    this.#closeOldest();
    return db;
  }

  /** Some other thread or process may have deleted a collection; an open file would keep its bytes on the disk. */
  #closeRemoved(): void {
    for (const [id, { db, inode }] of this.#open) {
      if (inodeOf(collectionPath(this.#dataDir, id)) === inode) continue;
      db.close();
      this.#open.delete(id);
    }
  }

  #closeOldest(): void {
    for (const [id, { db }] of this.#open) {
      if (this.#open.size <= OPEN_AT_ONCE) return;
      db.close();
      this.#open.delete(id);
    }
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
