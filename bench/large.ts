import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { createSqliteReaders } from '@tributary/server/collection-store/sqlite/readers';
import { asId, type CollectionId } from '@tributary/server/lib/ids';
import pg from 'pg';
import { fillArticles, queriesOf } from './corpus.ts';
import { judged, rounded, type Result } from './result.ts';
import { median, percentile } from './run-script.ts';
import { startBenchService, type BenchService } from './service.ts';
import { connectTable, runJob } from './table-connection.ts';
import { watchWorkerMemory } from './worker-memory.ts';

export interface LargeBenchOptions {
  /** Sizes of the tables, rising; 1 KB a row, a chunk each. */
  readonly sizes: readonly number[];
  readonly queries: number;
  /** Rows that change before the sync with a cursor. */
  readonly changed: number;
}

const CHANGE_ROUNDS = 5;

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface Measured {
  readonly rows: number;
  readonly peakMb: number;
  readonly firstSeconds: number;
  /** Seconds of each sync of some changes; the first also does what the large sync has left: merges of the text index. */
  readonly changes: readonly number[];
  readonly alone: Percentiles;
  readonly duringSync: Percentiles;
  readonly overHttp: Percentiles;
}

async function percentilesOf(
  queries: readonly string[],
  ask: (query: string) => Promise<unknown>,
): Promise<Percentiles> {
  const times: number[] = [];
  for (const [place, query] of queries.entries()) {
    const start = performance.now();
    await ask(query);
    // Caches are cold at first.
    if (place >= queries.length / 10) times.push(performance.now() - start);
  }
  return {
    p50: rounded(percentile(times, 0.5)),
    p95: rounded(percentile(times, 0.95)),
    p99: rounded(percentile(times, 0.99)),
  };
}

async function changeRows(url: string, table: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`update ${table} set title = title || ' changed', updated_at = now() where id <= ${rows}`);
  await client.end();
}

/** One size: the first sync and its memory, searches alone, during a sync and over HTTP, then a sync of few changes. */
async function measure(
  service: BenchService,
  url: string,
  rows: number,
  { queries, changed }: LargeBenchOptions,
): Promise<Measured> {
  const table = `article_${rows}`;
  const connection = await connectTable(service, new URL(url), table, { cursor_field: 'updated_at' });
  const memory = watchWorkerMemory(service.pid);
  const firstSeconds = await runJob(service, connection.id, rows);
  const peakMb = memory.stop();
  const texts = queriesOf(queries, 7);
  const readers = createSqliteReaders({ dataDir: service.dataDir, threads: 1 });
  const id = asId<CollectionId>(connection.collectionId);
  const search = (query: string) =>
    readers.search(id, { text: query, limit: 10, offset: 0, filter: [], only: [], except: [] });
  const alone = await percentilesOf(texts, search);
  const overHttp = await percentilesOf(texts, (query) =>
    service.client.collections.search(connection.collection, { query, limit: 10 }),
  );
  // The same table into the same collection once more, as another source connection: the file grows while it is searched.
  const second = await connectTable(service, new URL(url), table, {}, connection.collection);
  const job = await service.client.sourceConnections.run(second.id);
  const duringSync = await percentilesOf(texts, search);
  await service.client.sourceConnections.cancel(second.id, job.id).catch(() => undefined);
  await service.client.sourceConnections.waitForJob(second.id, job.id);
  await readers.close();
  const changes: number[] = [];
  for (let round = 0; round < CHANGE_ROUNDS; round += 1) {
    await changeRows(url, table, changed);
    changes.push(await runJob(service, connection.id, changed, 'updated'));
  }
  await service.client.collections.delete(connection.collection);
  return { rows, peakMb, firstSeconds, changes, alone, duringSync, overHttp };
}

const points = (list: readonly Measured[], of: (one: Measured) => number) =>
  list.map((one) => [one.rows, of(one)] as const);

/** What depends on the size of a table: memory, the cost of few changes, and searches. */
export async function benchLarge(options: LargeBenchOptions): Promise<readonly Result[]> {
  const postgres = await startPostgres();
  const measured: Measured[] = [];
  try {
    for (const rows of options.sizes) {
      await fillArticles(postgres.url, rows, `article_${rows}`);
      // A process of its own for each size, so that the memory of one is not the other's.
      const service = await startBenchService();
      try {
        measured.push(await measure(service, postgres.url, rows, options));
      } finally {
        await service.stop();
      }
    }
  } finally {
    await postgres.stop();
  }
  const [small, large] = [measured[0], measured.at(-1)];
  if (!small || !large) throw new Error('no sizes were given');
  return [memoryResult(measured, small, large), changesResult(measured, small, large, options), searchResult(measured)];
}

function memoryResult(measured: readonly Measured[], small: Measured, large: Measured): Result {
  return judged({
    name: 'sync-memory',
    what: `Peak memory of the worker: first sync of ${large.rows.toLocaleString('en')} rows against ${small.rows.toLocaleString('en')}`,
    atMost: 1.3,
    unit: 'ratio',
    measured: rounded(large.peakMb / small.peakMb),
    numbers: Object.fromEntries(
      measured.flatMap((one) => [
        [`peakMb@${one.rows}`, Math.round(one.peakMb)],
        [`rowsPerSecond@${one.rows}`, Math.round(one.rows / one.firstSeconds)],
      ]),
    ),
    series: [{ label: 'peak MB', points: points(measured, (one) => Math.round(one.peakMb)) }],
    axes: { x: 'rows', y: 'MB' },
  });
}

function changesResult(
  measured: readonly Measured[],
  small: Measured,
  large: Measured,
  { changed }: LargeBenchOptions,
): Result {
  return judged({
    name: 'sync-changes',
    what: `Sync of ${changed.toLocaleString('en')} changed rows by a cursor, median of ${CHANGE_ROUNDS}: a table of ${large.rows.toLocaleString('en')} rows against ${small.rows.toLocaleString('en')}`,
    atMost: 2,
    unit: 'ratio',
    measured: rounded(median(large.changes) / median(small.changes)),
    numbers: Object.fromEntries(measured.map((one) => [`seconds@${one.rows}`, one.changes.map(rounded).join(', ')])),
    series: [{ label: 'seconds', points: points(measured, (one) => median(one.changes)) }],
    axes: { x: 'rows in the table', y: 's' },
  });
}

function searchResult(measured: readonly Measured[]): Result {
  const kinds = ['alone', 'duringSync', 'overHttp'] as const;
  const last = measured.at(-1);
  return judged({
    name: 'search-sizes',
    what: `Keyword search over ${last?.rows.toLocaleString('en')} chunks in process, p95; no budget of its own`,
    unit: 'ms',
    measured: last?.alone.p95 ?? Number.NaN,
    numbers: Object.fromEntries(
      measured.flatMap((one) =>
        kinds.map((kind) => [
          `${kind}@${one.rows}`,
          `p50 ${one[kind].p50} p95 ${one[kind].p95} p99 ${one[kind].p99} ms`,
        ]),
      ),
    ),
    series: kinds.flatMap((kind) =>
      (['p50', 'p95'] as const).map((share) => ({
        label: `${share} ${kind === 'alone' ? 'alone' : kind === 'duringSync' ? 'during a sync' : 'over HTTP'}`,
        points: points(measured, (one) => one[kind][share]),
      })),
    ),
    axes: { x: 'chunks', y: 'ms' },
  });
}
