import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import type { Job } from '@tributary/sdk/model';
import { fillArticles } from './corpus.ts';
import { judged, rounded, type Result } from './result.ts';
import { median, runScript, type Timed } from './run-script.ts';
import { startBenchService, type BenchService } from './service.ts';

export interface SyncBenchOptions {
  /** Rows of about 1 KB. */
  readonly rows: number;
  readonly rounds: number;
}

/** Seconds that the job itself took, without the wait for a worker. */
function seconds(job: Job, rows: number): number {
  if (job.status !== 'completed') throw new Error(`the sync ended as ${job.status}: ${job.error ?? ''}`);
  if (job.entities_inserted !== rows && job.entities_inserted !== 0)
    throw new Error(`${job.entities_inserted} of ${rows} rows came`);
  return (Date.parse(String(job.completed_at)) - Date.parse(String(job.started_at))) / 1000;
}

async function connect(service: BenchService, url: URL): Promise<{ readonly id: string; readonly collection: string }> {
  const collection = await service.client.collections.create({ name: 'Articles' });
  const connection = await service.client.sourceConnections.create({
    short_name: 'postgres',
    readable_collection_id: collection.readable_id,
    config: {
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      sslmode: 'disable',
      include_tables: ['public.article'],
    },
    authentication: { credentials: { username: url.username, password: decodeURIComponent(url.password) } },
    schedule: { cron: null },
    sync_immediately: false,
  });
  return { id: connection.id, collection: collection.readable_id };
}

async function run(service: BenchService, id: string, rows: number): Promise<number> {
  const job = await service.client.sourceConnections.run(id);
  return seconds(await service.client.sourceConnections.waitForJob(id, job.id), rows);
}

/** First sync and unchanged re-sync of a PostgreSQL table, interleaved with their bare baselines. */
export async function benchSync({ rows, rounds }: SyncBenchOptions): Promise<readonly Result[]> {
  const postgres = await startPostgres();
  const service = await startBenchService();
  try {
    await fillArticles(postgres.url, rows);
    const script = (name: string) =>
      runScript<Timed>(new URL(`./baselines/${name}.ts`, import.meta.url), [postgres.url, 'article']);
    const times = {
      bareFirst: [] as number[],
      first: [] as number[],
      bareAgain: [] as number[],
      again: [] as number[],
    };
    for (let round = 0; round < rounds; round += 1) {
      const { id, collection } = await connect(service, new URL(postgres.url));
      times.bareFirst.push((await script('copy-to-fts')).seconds);
      times.first.push(await run(service, id, rows));
      times.bareAgain.push((await script('copy-to-hash')).seconds);
      times.again.push(await run(service, id, rows));
      await service.client.collections.delete(collection);
    }
    const rate = (list: readonly number[]) => rows / median(list);
    const row = (
      name: string,
      what: string,
      ours: readonly number[],
      bare: readonly number[],
      atLeast: number,
    ): Result =>
      judged({
        name,
        what,
        atLeast,
        unit: 'ratio',
        measured: rounded(rate(ours) / rate(bare)),
        numbers: { rows, rounds, rowsPerSecond: Math.round(rate(ours)), bareRowsPerSecond: Math.round(rate(bare)) },
      });
    return [
      row(
        'first-sync',
        'First sync of a PostgreSQL table of 1 KB rows, against COPY into a bare FTS5 loop',
        times.first,
        times.bareFirst,
        0.5,
      ),
      row(
        're-sync',
        'Re-sync with nothing changed, against COPY, canonical JSON and SHA-256 alone',
        times.again,
        times.bareAgain,
        0.4,
      ),
    ];
  } finally {
    await service.stop();
    await postgres.stop();
  }
}
