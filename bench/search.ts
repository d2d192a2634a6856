import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import { createSqliteReaders } from '@tributary/server/collection-store/sqlite/readers';
import { createSqliteWriters } from '@tributary/server/collection-store/sqlite/writers';
import { asId, type CollectionId, type JobId, type SourceConnectionId, type SyncId } from '@tributary/server/lib/ids';
import { systemClock } from '@tributary/server/lib/clock';
import Database from 'better-sqlite3';
import { queriesOf, seeded, text, vocabulary } from './corpus.ts';
import { judged, rounded, type Result } from './result.ts';
import { percentile } from './run-script.ts';

interface Document {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

const collection = asId<CollectionId>('00000000-0000-4000-8000-000000000001');
const source = asId<SourceConnectionId>('00000000-0000-4000-8000-000000000002');

function* documents(count: number): Generator<Document> {
  const random = seeded(11);
  const words = vocabulary(random);
  for (let id = 0; id < count; id += 1)
    yield { id: String(id), title: text(words, random, 50), body: text(words, random, 900) };
}

async function fillStore(dataDir: string, count: number): Promise<void> {
  const writers = createSqliteWriters({ dataDir, clock: systemClock });
  const writer = await writers.claim(collection, source, 0);
  await writer.beginRun({
    jobId: asId<JobId>('00000000-0000-4000-8000-000000000003'),
    syncId: asId<SyncId>('00000000-0000-4000-8000-000000000004'),
    sourceName: 'bench',
    full: false,
  });
  let page: Document[] = [];
  const flush = async (): Promise<void> => {
    const upserts = page.map(({ id, title, body }) => ({
      key: id,
      hash: hash('sha256', title + body, 'hex'),
      payload: () => '{}',
      document: () => ({ name: title, url: null, createdAt: null, updatedAt: null, breadcrumbs: [], text: body }),
    }));
    await writer.apply({
      stream: 'documents',
      entityType: 'BenchEntity',
      slice: '',
      upserts,
      present: [],
      deletes: [],
      failures: [],
    });
    page = [];
  };
  for (const document of documents(count)) {
    page.push(document);
    if (page.length === 1000) await flush();
  }
  await flush();
  await writer.endRun();
  await writers.close();
}

function fillBare(path: string, count: number): Database.Database {
  const db = new Database(path);
  for (const pragma of ['page_size = 8192', 'journal_mode = WAL', 'cache_size = -16384']) db.pragma(pragma);
  db.exec(
    "create virtual table fts using fts5(title, body, content='', contentless_delete=1, tokenize='porter unicode61')",
  );
  const insert = db.prepare('insert into fts (rowid, title, body) values (?, ?, ?)');
  db.transaction(() => {
    for (const { id, title, body } of documents(count)) insert.run(BigInt(id) + 1n, title, body);
  })();
  return db;
}

/** Keyword search in process, thread hop and presentation of hits included, against the bare FTS5 query alone. */
export async function benchSearch({
  chunks,
  queries,
}: {
  readonly chunks: number;
  readonly queries: number;
}): Promise<readonly Result[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  await fillStore(dataDir, chunks);
  const bare = fillBare(join(dataDir, 'bare.sqlite'), chunks);
  const readers = createSqliteReaders({ dataDir, threads: 1 });
  const ask = bare.prepare(
    'select rowid, bm25(fts, 2.0, 1.0) as score from fts where fts match ? order by score limit 10',
  );
  const times = { bare: [] as number[], ours: [] as number[] };
  for (const [place, query] of queriesOf(queries, 11).entries()) {
    const match = query
      .split(' ')
      .map((word) => `"${word}"`)
      .join(' OR ');
    const before = performance.now();
    ask.all(match);
    const between = performance.now();
    await readers.search(collection, { text: query, limit: 10, offset: 0, filter: [], only: [], except: [] });
    if (place < 20) continue; // caches are cold
    times.bare.push(between - before);
    times.ours.push(performance.now() - between);
  }
  await readers.close();
  bare.close();
  rmSync(dataDir, { recursive: true });
  const p95 = { ours: percentile(times.ours, 0.95), bare: percentile(times.bare, 0.95) };
  return [
    judged({
      name: 'keyword-search',
      what: `Keyword search over ${chunks.toLocaleString('en')} chunks, p95 in process, against the bare FTS5 query`,
      atMost: 1.5,
      unit: 'ratio',
      measured: rounded(p95.ours / p95.bare),
      numbers: {
        chunks,
        p95Ms: rounded(p95.ours),
        bareP95Ms: rounded(p95.bare),
        p50Ms: rounded(percentile(times.ours, 0.5)),
        bareP50Ms: rounded(percentile(times.bare, 0.5)),
      },
    }),
  ];
}
