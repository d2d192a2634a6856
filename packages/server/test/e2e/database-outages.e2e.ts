import { timed } from '@tributary/connectors/sources/timed/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { expectEqual } from '../harness/expect-equal.ts';
import { startProxy, type TcpProxy } from '../harness/tcp-proxy.ts';
import { inAnotherContainer } from '../harness/worker-process.ts';

let cluster: Cluster;
let proxy: TcpProxy;
let proxied: Readonly<Record<string, string>>;

beforeAll(async () => {
  cluster = await startCluster();
  proxy = await startProxy(cluster.postgres);
  const url = new URL(cluster.databaseUrl);
  url.port = String(proxy.port);
  proxied = { DATABASE_URL: url.href };
});

afterAll(async () => {
  await cluster.stop();
  await proxy.close();
});

/** Some forty pages over four seconds. */
const config = { entity_count: 800, duration_seconds: 4 };
const somePages = () => 1 + Math.floor(Math.random() * 20);

const equal = (collectionId: string, hint = '', source: object = config) =>
  expectEqual({ dataDir: cluster.dataDir, collectionId }, { connector: timed, config: source }, hint);

const restWorkers = () => Promise.all(cluster.workers.filter((one) => one.alive()).map((one) => one.stop()));

describe('PostgreSQL goes away in the middle of a page', () => {
  it.each(['fast', 'immediate', 'kill -9'] as const)(
    'G4-4 %s: no process ends, all work again within ten seconds of its return, and the collection equals the source',
    async (how) => {
      await restWorkers();
      const workers = [await cluster.addWorker(), await cluster.addWorker()];
      const { id, collectionId } = await cluster.newSource('timed', { config });
      const pages = somePages();
      const { id: jobId } = await cluster.untilPages(id, pages);
      await cluster.losePostgres(how);
      await cluster.bringBackPostgres();

      const back = Date.now();
      const small = await eventually('the API to take a source', () =>
        cluster.newSource('timed', { config: { entity_count: 3, duration_seconds: 0 } }).catch(() => undefined),
      );
      expect(await cluster.ended(small.id)).toMatchObject({ status: 'completed' });
      expect(Date.now() - back).toBeLessThan(cluster.within(10_000));
      const hint = `${how} after ${pages} pages`;
      expect(await cluster.ended(id), hint).toMatchObject({ status: 'completed', entities_inserted: 801 });
      expect(await cluster.jobRow(jobId), hint).toMatchObject({ state: 'completed', kept: '0' });
      await equal(collectionId, hint);
      expect(workers.map((one) => one.alive())).toEqual([true, true]);
    },
  );
});

describe('a connection that is cut at COMMIT', () => {
  it('G4-5 before the server has it or before its answer is heard: nothing is done twice, and the counts are right', async () => {
    await restWorkers();
    const cuts = { lost: 0, unheard: 0 };
    const unheard = new Set<number>();
    let commits = 0;
    proxy.onClientData = (data, connection) => {
      if (!/Q....commit\0/is.test(data.toString('latin1'))) return 'pass';
      commits += 1;
      if (commits % 6 === 3) {
        cuts.lost += 1;
        return 'cut';
      }
      if (commits % 6 === 0) unheard.add(connection);
      return 'pass';
    };
    proxy.onServerData = (_data, connection) => {
      if (!unheard.delete(connection)) return 'pass';
      cuts.unheard += 1;
      return 'cut';
    };
    await cluster.addWorker({ env: proxied });
    const small = { entity_count: 60, duration_seconds: 1 };
    const sources = await Promise.all([1, 2, 3, 4, 5].map(() => cluster.newSource('timed', { config: small })));
    for (const { id, collectionId } of sources) {
      expect(await cluster.ended(id)).toMatchObject({
        status: 'completed',
        entities_inserted: 61,
        entities_updated: 0,
        entities_deleted: 0,
      });
      await equal(collectionId, '', small);
      const jobs = await cluster.jobs(id);
      expect(jobs).toHaveLength(1);
      const events = await cluster.query<{ sequence: string; payload: string; kind: string }>(
        'select sequence, payload, kind from job_event where job_id = $1 order by sequence',
        [jobs[0]?.id],
      );
      expect(events.map((event) => Number(event.sequence))).toEqual(events.map((_, index) => index + 1));
      const ends = events.filter(({ kind, payload }) => kind === 'state' && payload.includes('"completed"'));
      expect(ends).toHaveLength(1);
    }
    expect(Math.min(cuts.lost, cuts.unheard)).toBeGreaterThan(2);
    proxy.onClientData = () => 'pass';
    proxy.onServerData = () => 'pass';
  });
});

describe('a partition between a worker and the database for longer than a lease', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'G4-30 the worker stops writing and another goes on; when the network is back it works again, and the collection equals the source',
    async () => {
      await restWorkers();
      const lonely = await cluster.addWorker({ env: proxied, through: inAnotherContainer });
      const { id, collectionId } = await cluster.newSource('timed', { config });
      const { id: jobId, lease_owner: owner } = await cluster.untilPages(id, somePages());
      proxy.partition();
      const other = await cluster.addWorker();
      await eventually('the other to take over', async () => {
        const row = await cluster.jobRow(jobId);
        return row.lease_owner !== null && row.lease_owner !== owner ? true : undefined;
      });
      expect(await cluster.ended(id)).toMatchObject({ status: 'completed', entities_inserted: 801 });
      expect(await cluster.jobRow(jobId)).toMatchObject({ attempts: 2, kept: '0' });
      const before = await cluster.query('select * from sync_job where id = $1', [jobId]);
      await other.stop();

      proxy.heal();
      const healed = Date.now();
      const next = await cluster.newSource('timed', { config: { entity_count: 5, duration_seconds: 0 } });
      expect(await cluster.ended(next.id)).toMatchObject({ status: 'completed' });
      expect(Date.now() - healed).toBeLessThan(cluster.within(10_000));
      // What it had sent before, and what it would have liked to add, changes nothing.
      expect(await cluster.query('select * from sync_job where id = $1', [jobId])).toEqual(before);
      await equal(collectionId);
      expect(lonely.alive()).toBe(true);
    },
  );

  it('G4-30 a worker that nobody replaces goes on by itself when the network is back', async () => {
    await restWorkers();
    const lonely = await cluster.addWorker({ env: proxied });
    const { id, collectionId } = await cluster.newSource('timed', { config });
    const { id: jobId, sequence } = await cluster.untilPages(id, somePages());
    proxy.partition();
    await eventually('the lease to run out', async () => {
      const [row] = await cluster.query('select 1 from sync_job where id = $1 and lease_until < $2', [
        jobId,
        Date.now() - 1_500,
      ]);
      return row;
    });
    expect(Number((await cluster.jobRow(jobId)).sequence)).toBeGreaterThanOrEqual(Number(sequence));
    proxy.heal();
    expect(await cluster.ended(id)).toMatchObject({ status: 'completed', entities_inserted: 801 });
    expect(await cluster.jobRow(jobId)).toMatchObject({ attempts: 2, kept: '0' });
    await equal(collectionId);
    expect(lonely.alive()).toBe(true);
  });
});
