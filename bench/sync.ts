import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { fillArticles } from './corpus.ts';
import { judged, rounded, type Result } from './result.ts';
import { median, runScript, type Timed } from './run-script.ts';
import { startBenchService, type BenchService } from './service.ts';
import { connectTable, runJob } from './table-connection.ts';

export interface SyncBenchOptions {
  /** Rows of about 1 KB, rising; the last size is the one that is judged. */
  readonly sizes: readonly number[];
  readonly rounds: number;
}

/** Rows a second, the medians of all rounds. */
interface Rates {
  readonly rows: number;
  readonly first: number;
  readonly bareFirst: number;
  readonly again: number;
  readonly bareAgain: number;
}

async function measure(service: BenchService, url: string, rows: number, rounds: number): Promise<Rates> {
  const table = `article_${rows}`;
  await fillArticles(url, rows, table);
  const script = (name: string) => runScript<Timed>(new URL(`./baselines/${name}.ts`, import.meta.url), [url, table]);
  const times = { bareFirst: [] as number[], first: [] as number[], bareAgain: [] as number[], again: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const { id, collection } = await connectTable(service, new URL(url), table);
    times.bareFirst.push((await script('copy-to-fts')).seconds);
    times.first.push(await runJob(service, id, rows));
    times.bareAgain.push((await script('copy-to-hash')).seconds);
    times.again.push(await runJob(service, id, rows));
    await service.client.collections.delete(collection);
  }
  const rate = (list: readonly number[]) => Math.round(rows / median(list));
  return {
    rows,
    first: rate(times.first),
    bareFirst: rate(times.bareFirst),
    again: rate(times.again),
    bareAgain: rate(times.bareAgain),
  };
}

/** First sync and unchanged re-sync of a PostgreSQL table, interleaved with their bare baselines. */
export async function benchSync({ sizes, rounds }: SyncBenchOptions): Promise<readonly Result[]> {
  const postgres = await startPostgres();
  const service = await startBenchService();
  const measured: Rates[] = [];
  try {
    for (const rows of sizes) measured.push(await measure(service, postgres.url, rows, rounds));
  } finally {
    await service.stop();
    await postgres.stop();
  }
  const row = (
    name: string,
    what: string,
    [ours, bare]: readonly ['first' | 'again', 'bareFirst' | 'bareAgain'],
    atLeast: number,
  ): Result => {
    const last = measured.at(-1);
    if (!last) throw new Error('no sizes were given');
    const of = (kind: keyof Rates) => measured.map((one) => [one.rows, one[kind]] as const);
    return judged({
      name,
      what,
      atLeast,
      unit: 'ratio',
      measured: rounded(last[ours] / last[bare]),
      numbers: { rows: last.rows, rounds, rowsPerSecond: last[ours], bareRowsPerSecond: last[bare] },
      series: [
        { label: 'rows/s', points: of(ours) },
        { label: 'rows/s, bare', points: of(bare) },
      ],
      axes: { x: 'rows', y: 'rows a second' },
    });
  };
  const first = 'First sync of a PostgreSQL table of 1 KB rows, against COPY into a bare FTS5 loop';
  const again = 'Re-sync with nothing changed, against COPY, canonical JSON and SHA-256 alone';
  return [row('first-sync', first, ['first', 'bareFirst'], 0.5), row('re-sync', again, ['again', 'bareAgain'], 0.4)];
}
