import { type Stats, statSync } from 'node:fs';
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

  /** The collection's connection; `undefined` when it has no file. A file that was removed meanwhile is let go. */
  find(id: CollectionId): Connection | undefined {
    const path = collectionPath(this.#dataDir, id);
    const file: Stats | undefined = statSync(path, { throwIfNoEntry: false });
    const known = this.#open.get(id);
    this.#open.delete(id);
    if (known && known.inode === file?.ino) {
      this.#open.set(id, known);
      return known.db;
    }
    known?.db.close();
    const db = file && openForReading(path, BUSY_MS);
    if (!db) return undefined;
    this.#open.set(id, { db, inode: file.ino });
    this.#closeOldest();
    return db;
  }

  #closeOldest(): void {
    for (const [id, { db }] of this.#open) {
      if (this.#open.size <= OPEN_AT_ONCE) return;
      db.close();
      this.#open.delete(id);
    }
  }
}
