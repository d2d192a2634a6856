import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let root: string;
let service: TestService;

beforeAll(async () => {
  // PostgreSQL runs under another uid when root runs the tests: the folders above its data must let it through.
  root = await mkdtemp(join(tmpdir(), 'tributary-faults-'));
  service = await startTestService({ TRIBUTARY_FILE_ROOTS: root });
});

afterAll(async () => {
  await service.stop();
  await rm(root, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function run(id: string) {
  const started = await service.api('POST', `/v1/source-connections/${id}/run`);
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  return service.waitForJob(id);
}

const cursorOf = async (id: string) =>
  (await service.api('GET', `/v1/source-connections/${id}`)).body.schedule?.cursor_value;

describe('a source that', () => {
  it('is down ends the job with a clear error and the cursor unmoved, and the next job after its return is complete', async () => {
    let postgres: RunningPostgres = await startPostgres();
    const { port } = postgres;
    await postgres.stop();
    const dataDir = await mkdtemp(join(tmpdir(), 'tributary-faults-pg-'));
    postgres = await startPostgres({ dataDir, port });
    try {
      await query(
        postgres.url,
        `create table note (id integer primary key, text text, changed_at timestamptz not null default now()); insert into note select n, 'note ' || n from generate_series(1, 300) n`,
      );
      const url = new URL(postgres.url);
      const made = await service.newStub({
        shortName: 'postgres',
        config: { host: url.hostname, port, database: 'postgres', sslmode: 'disable', include_tables: ['note'] },
        credentials: { username: url.username, password: url.password },
        body: { schedule: { cron: '0 3 * * *', cursor_field: 'changed_at' } },
      });
      const cursor = await cursorOf(made.id);
      expect(cursor).not.toBeNull();
      await query(
        postgres.url,
        `update note set text = 'changed', changed_at = now() where id <= 5; delete from note where id > 295`,
      );
      await postgres.stop();

      const failed = await run(made.id);
      expect(failed).toMatchObject({ status: 'failed', error: expect.stringMatching(/connect|refused|reach/i) });
      expect(await cursorOf(made.id)).toEqual(cursor);

      postgres = await startPostgres({ dataDir, port });
      expect(await run(made.id)).toMatchObject({
        status: 'completed',
        entities_updated: 5,
        entities_deleted: 5,
        entities_inserted: 0,
      });
    } finally {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('answers nonsense ends the job with a clear error, and nothing that was stored is lost', async () => {
    const path = join(root, 'notes.sqlite');
    const db = new Database(path);
    db.exec(`create table note (id integer primary key, text text); insert into note (text) values ('one'), ('two')`);
    db.close();
    const made = await service.newStub({
      shortName: 'sqlite',
      config: { path },
      credentials: {},
      body: { authentication: null },
    });
    await writeFile(path, 'this is no database, whatever its name says '.repeat(200));
    const failed = await run(made.id);
    expect(failed.status).toBe('failed');
    expect(failed.error).toMatch(/database/i);
    const { body } = await service.api('GET', `/v1/source-connections/${made.id}`);
    expect(body.entities.total_entities).toBe(2);
    expect(body.status).toBe('ERROR');
  });

  it('gives up in the middle ends the job as failed and keeps what came before', async () => {
    const made = await service.newStub({ config: { entity_count: 50, fail_after: 30 }, wait: false });
    const job = await service.waitForJob(made.id);
    expect(job).toMatchObject({ status: 'failed', entities_deleted: 0 });
    const state = await service.api('GET', `/tributary/v1/source-connections/${made.id}/status`);
    expect(state.body.tasks).toMatchObject([{ code: 'fix_configuration' }]);
  });
});
