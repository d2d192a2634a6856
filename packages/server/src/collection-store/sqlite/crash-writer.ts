import { createHash } from 'node:crypto';
import { asId, type CollectionId, type JobId, type SourceConnectionId, type SyncId } from '../../lib/ids.ts';
import { createSqliteWriters } from './writers.ts';

/**
 * For the crash test: a process of its own that goes on with one job until it is killed. Page n upserts ten records with
 * the word `page<n>`, deletes one of the page before, and moves the cursor to n + 1.
 */
const [dataDir = '', collectionId = '', sourceConnectionId = '', jobId = ''] = process.argv.slice(2);
const writer = await createSqliteWriters({ dataDir }).claim(
  asId<CollectionId>(collectionId),
  asId<SourceConnectionId>(sourceConnectionId),
  0,
);
const { cursors } = await writer.beginRun({
  jobId: asId<JobId>(jobId),
  syncId: asId<SyncId>('sync'),
  sourceName: 'crash',
  full: false,
});

for (let page = Number(cursors[0]?.value ?? 0); ; page++) {
  await writer.apply({
    stream: 'pages',
    entityType: 'PageEntity',
    slice: '',
    upserts: Array.from({ length: 10 }, (_, index) => upsert(`${page}-${index}`, page)),
    present: [],
    deletes: page > 0 ? [`${page - 1}-0`] : [],
    failures: [{ key: `${page}`, code: 'unreadable', message: 'one a page' }],
    cursor: { value: page + 1, durable: false, done: false },
  });
}

function upsert(key: string, page: number) {
  const payload = JSON.stringify({ word: `page${page}`, filler: 'some more text '.repeat(20) });
  return {
    key,
    hash: createHash('sha256').update(payload).digest('hex'),
    payload: () => payload,
    document: () => ({ name: key, url: null, createdAt: null, updatedAt: null, breadcrumbs: [], text: null }),
  };
}
