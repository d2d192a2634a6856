import type { CollectionReaders } from '../port.ts';
import { compileFilter } from './filter.ts';
import type { Operations } from './operations.ts';
import { ThreadPool } from './thread-pool.ts';

export interface ReaderOptions {
  readonly dataDir: string;
  /** Threads for searches and other reads; they start when they are needed. */
  readonly threads: number;
}

/** The reading side over one SQLite file per collection. Its calls never block the thread that makes them. */
export function createSqliteReaders({ dataDir, threads }: ReaderOptions): CollectionReaders {
  const entry = new URL('./store-thread.ts', import.meta.url);
  const reading = new ThreadPool({ entry, workerData: { dataDir }, size: threads });
  // A purge takes as long as it takes; searches must not wait behind it.
  const purging = new ThreadPool({ entry, workerData: { dataDir }, size: 1, endWhenIdle: true });

  function on(pool: ThreadPool) {
    return <Name extends keyof Operations>(operation: Name, ...args: Parameters<Operations[Name]>) =>
      pool.run(operation, args[0], args) as Promise<ReturnType<Operations[Name]>>;
  }
  const read = on(reading);
  const purge = on(purging);

  return {
    async search(collectionId, { filter, ...query }) {
      return read('search', collectionId, { ...query, condition: compileFilter(filter) });
    },
    countTypes: (collectionId) => read('countTypes', collectionId),
    cursors: (collectionId, sourceConnectionId) => read('cursors', collectionId, sourceConnectionId),
    describeSource: (collectionId, sourceConnectionId) => read('describeSource', collectionId, sourceConnectionId),
    jobCounts: (collectionId, jobId) => read('jobCounts', collectionId, jobId),
    listFailures: (collectionId, jobId, offset, limit) => read('listFailures', collectionId, jobId, offset, limit),
    visibleThrough: (collectionId) => read('visibleThrough', collectionId),
    size: (collectionId) => read('size', collectionId),
    settle: (job) => purge('settle', job.collectionId, job),
    purgeSource: (collectionId, sourceConnectionId) => purge('purgeSource', collectionId, sourceConnectionId),
    purgeCollection: (collectionId) => purge('purgeCollection', collectionId),
    async close() {
      await Promise.all([reading.close(), purging.close()]);
    },
  };
}
