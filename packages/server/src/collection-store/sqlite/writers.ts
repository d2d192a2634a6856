import { type Clock, systemClock } from '../../lib/clock.ts';
import type { CollectionId } from '../../lib/ids.ts';
import { CollectionGoneError, type CollectionWriters } from '../port.ts';
import { CollectionFile } from './collection-file.ts';
import { settleJob } from './settle-job.ts';
import { claimSource } from './source-row.ts';
import { SqliteSourceWriter } from './source-writer.ts';

/** Open files keep a cache of up to 64 MB each; those that were not claimed lately are closed and opened again on use. */
const OPEN_FILES = 4;

export interface WriterOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
}

/** The writing side over one SQLite file per collection. Its calls block the thread that makes them: not for the API's process. */
export function createSqliteWriters({ dataDir, clock = systemClock }: WriterOptions): CollectionWriters {
  const files = new Map<CollectionId, CollectionFile>();
  const fileOf = (collectionId: CollectionId): CollectionFile => {
    const file = files.get(collectionId) ?? new CollectionFile(dataDir, collectionId, clock);
    // Reinserted, so that the order of the map is the order of use.
    files.delete(collectionId);
    files.set(collectionId, file);
    for (const old of [...files.values()].slice(0, -OPEN_FILES)) old.close();
    return file;
  };
  return {
    async claim(collectionId, sourceConnectionId, controlFence) {
      const file = fileOf(collectionId);
      await file.create();
      const fence = await file.transaction('claim', (db) => claimSource(db, sourceConnectionId, controlFence));
      return new SqliteSourceWriter(file, sourceConnectionId, fence, clock);
    },
    async settle(job, withinMs) {
      try {
        return await fileOf(job.collectionId).transaction('settle', (db) => settleJob(db, job), withinMs);
      } catch (error) {
        if (error instanceof CollectionGoneError) return undefined;
        throw error;
      }
    },
    async close() {
      for (const file of files.values()) file.end();
      files.clear();
    },
  };
}
