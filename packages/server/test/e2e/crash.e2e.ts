import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { storedEntities } from '../harness/stored-entities.ts';

const rows = 6_000;
let root: string;
let dataDir: string;
let sourceDir: string;
let source: Database.Database;

/** The source of truth: a table that the `sqlite` source reads. */
function expected(): Map<string, string> {
  const all = source.prepare('select id, title from note').all() as { id: number; title: string }[];
  return new Map(all.map((row) => [String(row.id), row.title]));
}

/** A different third of the rows is changed, some go and some come, each time. */
function churn(round: number): void {
  source.transaction(() => {
    source.prepare('update note set title = title || ? where id % 3 = ?').run(` r${round}`, BigInt(round % 3));
    source.prepare('delete from note where id % 97 = ?').run(BigInt(round));
    const insert = source.prepare('insert into note (title, body) values (?, ?)');
    for (let n = 0; n < 200; n += 1) insert.run(`new ${round}-${n}`, `body ${n} `.repeat(30));
  })();
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
  dataDir = join(root, 'data');
  sourceDir = join(root, 'source');
  await mkdir(sourceDir);
  source = new Database(join(sourceDir, 'notes.sqlite'));
  source.exec('create table note (id integer primary key, title text not null, body text not null)');
  const insert = source.prepare('insert into note (title, body) values (?, ?)');
  source.transaction(() => {
    for (let n = 0; n < rows; n += 1) insert.run(`note ${n}`, `the body of note ${n} `.repeat(30));
  })();
});

afterAll(async () => {
  source.close();
  await rm(root, { recursive: true, force: true });
});

async function connect(service: ServiceProcess): Promise<string> {
  const collection = await service.call('POST', '/v1/collections', { name: 'Notes' });
  const made = await service.call('POST', '/v1/source-connections', {
    short_name: 'sqlite',
    readable_collection_id: collection.body.readable_id,
    config: { path: join(sourceDir, 'notes.sqlite') },
    schedule: { cron: null },
    sync_immediately: false,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  return made.body.id;
}

/** The newest job, once it has ended for good: one that the death of the service interrupted is followed by another. */
function ended(service: ServiceProcess, id: string): Promise<{ status: string; error: string | null }> {
  return eventually('the job to end', async () => {
    const [job] = (await service.call('GET', `/v1/source-connections/${id}/jobs?limit=1`)).body;
    return ['completed', 'failed'].includes(job?.status) ? job : undefined;
  });
}

describe('kill -9 of the service during a sync', () => {
  it('loses, doubles and leaves stale nothing at five random moments: after the restart the collection equals the source', async () => {
    let service = await startServiceProcess(dataDir, { TRIBUTARY_FILE_ROOTS: sourceDir });
    try {
      const id = await connect(service);
      for (let round = 0; round < 5; round += 1) {
        churn(round);
        await service.call('POST', `/v1/source-connections/${id}/run`);
        const moment = Math.round(Math.random() * 600);
        await new Promise((resolve) => setTimeout(resolve, moment));
        await service.kill(round % 2 === 0 ? 'service and workers' : 'service');
        service = await startServiceProcess(dataDir, { TRIBUTARY_FILE_ROOTS: sourceDir });
        const job = await ended(service, id);
        expect(job, `killed ${moment} ms after the start of round ${round}`).toMatchObject({
          status: 'completed',
        });
        const { payloads, problems } = storedEntities(dataDir);
        expect(problems, `round ${round}, ${moment} ms`).toEqual([]);
        const titles = new Map([...payloads].map(([key, payload]) => [key, payload['title']]));
        expect(titles, `round ${round}, ${moment} ms`).toEqual(expected());
      }
    } finally {
      await service.stop();
    }
  });
});
