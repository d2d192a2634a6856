import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { incrementalStub } from '@tributary/connectors/sources/incremental-stub/index';
import { timed } from '@tributary/connectors/sources/timed/index';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { controlTablesHolding, filledTables, storedCursor } from '../harness/catalogue.ts';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { expectEqual } from '../harness/expect-equal.ts';
import { storedEntities } from '../harness/stored-entities.ts';

let cluster: Cluster;

beforeAll(async () => {
  // Nobody loses a lease here, however busy the machine is.
  cluster = await startCluster({ services: 2, env: { TRIBUTARY_LEASE_MS: '20000' } });
  await cluster.addWorker();
  await cluster.addWorker();
});

afterAll(() => cluster.stop());

/** Some fifty pages over five seconds. */
const config = { entity_count: 600, duration_seconds: 5 };
const fileOf = (collectionId: string) => join(cluster.dataDir, 'collections', `${collectionId}.sqlite`);
const equal = (collectionId: string, source: object) =>
  expectEqual({ dataDir: cluster.dataDir, collectionId }, { connector: timed, config: source });

describe('ten triggers at the same moment, from several API processes', () => {
  it('G4-6 start one run; the others are told of it', async () => {
    const source = { entity_count: 20, duration_seconds: 0.5 };
    const { id, collectionId } = await cluster.newSource('timed', { config: source, start: false });
    for (const round of [1, 2, 3]) {
      const triggers = Array.from({ length: 10 }, (_, index) =>
        cluster.services[index % 2]!.call('POST', `/v1/source-connections/${id}/run`),
      );
      const statuses = (await Promise.all(triggers)).map((answer) => answer.status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409)).toHaveLength(9);
      await cluster.ended(id);
      expect(await cluster.jobs(id)).toHaveLength(round);
    }
    await equal(collectionId, source);
  });

  it('sources that are created at the same moment each get a handle of their own', async () => {
    const collection = await cluster.newCollection();
    const sources = await Promise.all(
      Array.from({ length: 8 }, () => cluster.newSource('stub', { collection: collection.readable_id, start: false })),
    );
    const handles = await cluster.query(
      'select distinct handle from connection join source_connection on connection_id = connection.id where source_connection.id = any($1)',
      [sources.map(({ id }) => id)],
    );
    expect(handles).toHaveLength(8);
  });
});

describe('a cancellation at a random moment', () => {
  it('G4-24 shows within five seconds, leaves the cursor at the last page that was committed, and the next run makes the collection equal', async () => {
    const sources = await Promise.all([1, 2, 3, 4, 5, 6].map(() => cluster.newSource('timed', { config })));
    await Promise.all(
      sources.map(async ({ id, collectionId }) => {
        const pages = 1 + Math.floor(Math.random() * 15);
        const { id: jobId } = await cluster.untilPages(id, pages);
        const asked = await cluster.call('POST', `/v1/source-connections/${id}/jobs/${jobId}/cancel`);
        expect(asked.status).toBe(200);
        expect(await cluster.ended(id)).toMatchObject({ status: 'cancelled' });
        const row = await cluster.jobRow(jobId);
        const took = Number(row.completed_at) - Number(row.cancel_requested_at);
        expect(took).toBeLessThan(cluster.within(5_000));
        const stored = [...storedEntities(cluster.dataDir, collectionId).payloads.keys()];
        const records = stored.filter((key) => key.startsWith('timed-42-'));
        expect(storedCursor(fileOf(collectionId), 'entities')).toEqual({ next: records.length });
        expect(row.inserted).toBe(String(stored.length));
        await cluster.run(id);
        expect(await cluster.ended(id)).toMatchObject({
          status: 'completed',
          entities_inserted: 601 - stored.length,
        });
        await equal(collectionId, config);
      }),
    );
  });

  it('G4-24 a source of changes goes on from there: it reads only what was not committed', async () => {
    // Cancellations are looked for once a second; this takes several.
    const source = { entity_count: 30_000 };
    const { id, collectionId } = await cluster.newSource('incremental_stub', { config: source });
    const { id: jobId } = await cluster.untilPages(id, 2);
    await cluster.call('POST', `/v1/source-connections/${id}/jobs/${jobId}/cancel`);
    expect(await cluster.ended(id)).toMatchObject({ status: 'cancelled' });
    const stored = storedEntities(cluster.dataDir, collectionId).payloads.size;
    expect(storedCursor(fileOf(collectionId), 'entities')).toEqual({ seed: 42, last_entity_index: stored - 2 });
    await cluster.run(id);
    expect(await cluster.ended(id)).toMatchObject({ status: 'completed', entities_inserted: 30_001 - stored });
    await expectEqual({ dataDir: cluster.dataDir, collectionId }, { connector: incrementalStub, config: source });
  });
});

describe('what is deleted during its sync', () => {
  it('G4-25 a source connection: the worker stops, and no row of it is left in any table of either store', async () => {
    const { id, collection, collectionId } = await cluster.newSource('timed', { config });
    const { id: jobId } = await cluster.untilPages(id, 3);
    expect((await cluster.call('DELETE', `/v1/source-connections/${id}`)).status).toBe(200);
    for (const text of [id, jobId])
      expect(await controlTablesHolding(cluster, text), text).toEqual(onlyAudited(text, id));
    // What stays keeps a worker that is late from bringing it back.
    expect(filledTables(fileOf(collectionId))).toEqual(['meta', 'purged']);
    const found = await cluster.call('POST', `/v1/collections/${collection}/search/instant`, { query: 'Timed' });
    expect(found.body.results).toEqual([]);
    await idle();
    expect(filledTables(fileOf(collectionId))).toEqual(['meta', 'purged']);
  });

  it('G4-25 a collection: the workers stop, and no row and no file of it is left', async () => {
    const first = await cluster.newSource('timed', { config });
    const second = await cluster.newSource('timed', { config, collection: first.collection });
    await cluster.untilPages(first.id, 3);
    expect((await cluster.call('DELETE', `/v1/collections/${first.collection}`)).status).toBe(200);
    const gone = async () => {
      const places = await Promise.all(
        [first.id, second.id, first.collectionId].map((text) => controlTablesHolding(cluster, text)),
      );
      return places.flat().every((table) => table === 'audit_event') ? true : undefined;
    };
    await eventually('the rows to be gone', gone);
    await idle();
    const files = readdirSync(join(cluster.dataDir, 'collections'));
    expect(files.filter((name) => name.startsWith(first.collectionId))).toEqual([]);
    expect(await gone()).toBe(true);
  });

  /** The audit log keeps that there was one; the job was started by nobody in particular. */
  const onlyAudited = (text: string, id: string) => (text === id ? ['audit_event'] : []);

  /** Whatever the workers had in hand is over once both have run something else. */
  async function idle(): Promise<void> {
    const others = await Promise.all(
      Array.from({ length: 8 }, () =>
        cluster.newSource('timed', { config: { entity_count: 2, duration_seconds: 0.2 } }),
      ),
    );
    for (const { id } of others) await cluster.ended(id);
  }
});

describe('what is changed during a sync', () => {
  it('G4-26 configuration and schedule count from the next run on', async () => {
    const { id, collectionId } = await cluster.newSource('timed', { config });
    const { id: jobId } = await cluster.untilPages(id, 2);
    const changed = { ...config, entity_count: 650, duration_seconds: 0 };
    const answer = await cluster.call('PATCH', `/v1/source-connections/${id}`, {
      config: changed,
      schedule: { cron: '30 4 * * *' },
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(await cluster.jobRow(jobId)).toMatchObject({ state: 'running' });
    expect(await cluster.ended(id)).toMatchObject({ status: 'completed', entities_inserted: 601 });
    await equal(collectionId, config);
    const [order] = await cluster.query<{ next_run_at: string }>(
      'select next_run_at from source_connection where id = $1',
      [id],
    );
    expect(new Date(Number(order?.next_run_at)).toISOString()).toMatch(/T04:30:00/);
    await cluster.run(id);
    expect(await cluster.ended(id)).toMatchObject({ status: 'completed', entities_inserted: 50 });
    await equal(collectionId, changed);
  });

  it('G4-26 the running sync keeps the credential that it began with, the next one takes the new one', async () => {
    const url = new URL(await cluster.postgres.createDatabase('shop'));
    const client = new pg.Pool({ connectionString: url.href, max: 1 });
    onTestFinished(() => client.end());
    await client.query(`create table note (id integer primary key, text text not null);
      insert into note select n, repeat('note ' || n || ' ', 40) from generate_series(1, 20000) n;
      create role early login password 'early'; create role late login password 'late';
      grant select on note to early, late`);
    const users = async () =>
      (
        await client.query<{ usename: string }>(
          "select distinct usename from pg_stat_activity where datname = 'shop' and usename in ('early', 'late')",
        )
      ).rows.map((row) => row.usename);
    const source = await cluster.newSource('postgres', {
      config: { host: url.hostname, port: Number(url.port), database: 'shop', sslmode: 'disable' },
      credentials: { username: 'early', password: 'early' },
    });
    await cluster.untilPages(source.id, 2);
    const answer = await cluster.call('PATCH', `/v1/source-connections/${source.id}`, {
      authentication: { credentials: { username: 'late', password: 'late' } },
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const [job] = await cluster.jobs(source.id);
    if (job?.status === 'running') expect(await users()).toContain('early');
    expect(await cluster.ended(source.id)).toMatchObject({ status: 'completed', entities_inserted: 20_000 });
    await client.query('alter role early nologin');
    await cluster.run(source.id);
    expect(await cluster.ended(source.id)).toMatchObject({ status: 'completed', entities_inserted: 0 });
  });
});
