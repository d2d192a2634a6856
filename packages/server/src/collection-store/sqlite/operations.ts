import type { CollectionId, JobId, SourceConnectionId } from '../../lib/ids.ts';
import type { JobRef, SourceDescription } from '../port.ts';
import { type Connection, inReadTransaction } from './connection.ts';
import { OpenCollections } from './open-collections.ts';
import { purgeCollection, purgeSource } from './purge.ts';
import { countTypes, cursors, jobCounts, listFailures, visibleThrough } from './reads.ts';
import { collectionPath } from './files.ts';
import { sizeOf } from './size.ts';
import { type CompiledQuery, search } from './search.ts';
import { settleApart } from './settle-job.ts';

export type Operations = ReturnType<typeof createOperations>;

/** What the threads can be asked; arguments and results are copied between threads. */
export function createOperations(dataDir: string) {
  const open = new OpenCollections(dataDir);
  function read<T>(id: CollectionId, empty: T, work: (db: Connection) => T): T {
    const db = open.find(id);
    return db ? inReadTransaction(db, () => work(db)) : empty;
  }
  return {
    search: (id: CollectionId, query: CompiledQuery) => read(id, [], (db) => search(db, query)),
    countTypes: (id: CollectionId) => read(id, [], countTypes),
    cursors: (id: CollectionId, source: SourceConnectionId) => read(id, [], (db) => cursors(db, source)),
    describeSource: (id: CollectionId, source: SourceConnectionId): SourceDescription =>
      read(id, { types: [], cursors: [] }, (db) => ({
        types: countTypes(db).filter((type) => type.sourceConnectionId === source),
        cursors: cursors(db, source),
      })),
    jobCounts: (id: CollectionId, job: JobId) => read(id, undefined, (db) => jobCounts(db, job)),
    listFailures: (id: CollectionId, job: JobId, offset: number, limit: number) =>
      read(id, [], (db) => listFailures(db, job, offset, limit)),
    visibleThrough: (id: CollectionId) => read(id, -1, visibleThrough),
    size: (id: CollectionId) => read(id, { entities: 0, bytes: 0 }, (db) => sizeOf(db, collectionPath(dataDir, id))),
    settle: (id: CollectionId, job: JobRef) => settleApart(dataDir, id, job),
    purgeSource: (id: CollectionId, source: SourceConnectionId) => purgeSource(dataDir, id, source),
    purgeCollection: (id: CollectionId) => purgeCollection(dataDir, id),
  };
}
