import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { incrementalStub } from '@tributary/connectors/sources/incremental-stub/index';
import { timed } from '@tributary/connectors/sources/timed/index';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCluster, type JobRecord } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { expectEqual } from '../harness/expect-equal.ts';
import { startTestService } from '../harness/service.ts';
import { startWorker } from '../harness/worker-process.ts';

/** Nobody loses a lease here, however busy the machine is. */
const env = { TRIBUTARY_LEASE_MS: '30000' };

describe('a rolling restart of all workers under load', () => {
  it('loses nothing, runs no job twice, and what is interrupted goes on from its cursor', async () => {
    const cluster = await startCluster({ env });
    onTestFinished(() => cluster.stop());
    for (const _ of [1, 2, 3]) await cluster.addWorker();
    const growing = { entity_count: 6_000 };
    const slow = { entity_count: 200, duration_seconds: 3 };
    const incremental = await Promise.all(
      Array.from({ length: 10 }, () => cluster.newSource('incremental_stub', { config: growing })),
    );
    const listed = await Promise.all(Array.from({ length: 14 }, () => cluster.newSource('timed', { config: slow })));
    await cluster.untilPages(listed[0]!.id, 1);
    for (const old of cluster.workers.slice(0, 3)) {
      const next = cluster.addWorker();
      expect(await old.stop(), old.output()).toBe(0);
      await next;
    }
    const done = async (id: string) =>
      eventually(`the syncs of ${id}`, async () =>
        (await cluster.jobs(id))[0]?.status === 'completed' ? true : undefined,
      );
    let resumed = 0;
    for (const { id, collectionId } of [...incremental, ...listed]) {
      await done(id);
      const jobs = await cluster.query<JobRecord>(
        'select * from sync_job where source_connection_id = $1 order by requested_at, id',
        [id],
      );
      expect(jobs.at(-1)).toMatchObject({ state: 'completed' });
      expect(jobs.slice(0, -1).every((job) => job.state === 'interrupted')).toBe(true);
      for (const [index, job] of jobs.entries()) {
        expect(job).toMatchObject({ attempts: 1, lease_owner: null, failed: '0' });
        if (index > 0) expect(Number(job.started_at)).toBeGreaterThanOrEqual(Number(jobs[index - 1]!.completed_at));
      }
      resumed += jobs.length - 1;
      if (listed.some((one) => one.id === id)) continue;
      // The container is read by every job; everything else once.
      expect(sum(jobs, 'inserted')).toBe(6_001);
      expect(sum(jobs, 'kept')).toBeLessThanOrEqual(jobs.length - 1);
      await expectEqual({ dataDir: cluster.dataDir, collectionId }, { connector: incrementalStub, config: growing });
    }
    for (const { collectionId } of listed)
      await expectEqual({ dataDir: cluster.dataDir, collectionId }, { connector: timed, config: slow });
    expect(resumed).toBeGreaterThan(0);
  });

  const sum = (jobs: readonly JobRecord[], count: 'inserted' | 'kept') =>
    jobs.reduce((total, job) => total + Number(job[count]), 0);
});

describe('a thousand syncs of one organization', () => {
  it('do not let the one of another organization wait for them', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const databaseUrl = await postgres.createDatabase('control');
    const settings = { ...env, DATABASE_URL: databaseUrl };
    const service = await startTestService({ ...settings, TRIBUTARY_WORKERS: '0' });
    onTestFinished(() => service.stop());
    const { key } = await service.newOrganization();
    const few = { config: { entity_count: 3 }, wait: false };
    // Twenty collections with fifty syncs each.
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    onTestFinished(() => pool.end());
    const stubs = await Promise.all(Array.from({ length: 20 }, () => service.newStub(few)));
    await pool.query(copies, [stubs.map((one: { id: string }) => one.id), 50]);
    const collection = await service.newCollection(key);
    const one = await service.api(
      'POST',
      '/v1/source-connections',
      {
        short_name: 'stub',
        readable_collection_id: collection,
        config: { entity_count: 3 },
        authentication: { credentials: { stub_key: 'key' } },
      },
      { key },
    );
    expect(one.status, JSON.stringify(one.body)).toBe(200);

    const states = async () =>
      Object.fromEntries(
        (
          await pool.query<{ state: string; n: number }>(
            'select state, count(*)::int as n from sync_job group by state',
          )
        ).rows.map(({ state, n }) => [state, n]),
      );
    expect(await states()).toEqual({ pending: 1_021 });
    const workers = await Promise.all([1, 2, 3].map(() => startWorker(service.dataDir, { env: settings })));
    onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.kill()))));
    await eventually('the one sync', async () => {
      const jobs = await service.api('GET', `/v1/source-connections/${one.body.id}/jobs`, undefined, { key });
      return jobs.body[0]?.status === 'completed' ? true : undefined;
    });
    expect((await states())['pending']).toBeGreaterThan(500);
  });

  /** Each of the given source connections so many times more, with a pending job: they read the same connection. */
  const copies = `
    with original as (select * from source_connection where id = any($1)),
    copy as (
      insert into source_connection select (jsonb_populate_record(null::source_connection, to_jsonb(original) || jsonb_build_object(
        'id', gen_random_uuid()::text, 'sync_id', gen_random_uuid()::text))).*
      from original, generate_series(1, $2) returning *
    )
    insert into sync_job (id, organization_id, source_connection_id, collection_id, sync_id, state, trigger_kind, requested_at, event_sequence)
    select gen_random_uuid()::text, organization_id, id, collection_id, sync_id, 'pending', 'manual', 1, 1 from copy`;
});
