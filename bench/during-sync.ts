import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import Database from 'better-sqlite3';
import { seeded, text, vocabulary } from './corpus.ts';
import { residentMb } from './resident-memory.ts';
import { judged, rounded, type Result } from './result.ts';
import { startBenchService } from './service.ts';

function fillTable(path: string, rows: number): void {
  const db = new Database(path);
  const random = seeded(5);
  const words = vocabulary(random);
  db.exec('create table article (id integer primary key, title text, body text)');
  const insert = db.prepare('insert into article (title, body) values (?, ?)');
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) insert.run(text(words, random, 60), text(words, random, 900));
  })();
  db.close();
}

/** How the API answers, at 50 PATCHes a second, while a worker reads and indexes as fast as it can. */
export async function benchDuringSync({
  rows,
  seconds,
}: {
  readonly rows: number;
  readonly seconds: number;
}): Promise<readonly Result[]> {
  const root = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  fillTable(join(root, 'articles.sqlite'), rows);
  const service = await startBenchService({ TRIBUTARY_FILE_ROOTS: root });
  try {
    const { readable_id } = await service.client.collections.create({ name: 'Busy' });
    const connection = await service.client.sourceConnections.create({
      short_name: 'sqlite',
      readable_collection_id: readable_id,
      config: { path: join(root, 'articles.sqlite') },
      schedule: { cron: null },
      sync_immediately: false,
    });
    const job = await service.client.sourceConnections.run(connection.id);
    // The first look into a collection starts a reader thread, once in the life of a process: not what is measured here.
    await service.client.sourceConnections.get(connection.id);
    const load = await autocannon({
      url: `${service.url}/v1/source-connections/${connection.id}`,
      method: 'PATCH',
      connections: 2,
      overallRate: 50,
      duration: seconds,
      headers: { 'content-type': 'application/json', 'x-api-key': service.key },
      body: JSON.stringify({ description: 'changed during a sync' }),
    });
    const { status } = await service.client.sourceConnections.job(connection.id, job.id);
    if (load.non2xx > 0) throw new Error(`${load.non2xx} answers were not 2xx`);
    if (status !== 'running') throw new Error(`the sync was ${status} before the load ended: take more rows`);
    return [
      judged({
        name: 'api-during-sync',
        what: 'p99 of a PATCH while a sync runs, at 50 requests a second',
        atMost: 50,
        unit: 'ms',
        measured: rounded(load.latency.p99),
        numbers: {
          p50Ms: load.latency.p50,
          maxMs: load.latency.max,
          requests: load.requests.total,
          serviceMb: Math.round(residentMb(service.pid)),
        },
      }),
    ];
  } finally {
    await service.stop();
    rmSync(root, { recursive: true });
  }
}
