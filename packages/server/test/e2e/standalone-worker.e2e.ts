import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess } from '../harness/service-process.ts';
import { spawnWorker, startWorker } from '../harness/worker-process.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-worker-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function newCluster(): Promise<Cluster> {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  return cluster;
}

describe('a worker beside an embedded service that has none', () => {
  it('runs its jobs, also across a restart of the service', async () => {
    const dataDir = await newFolder();
    let service = await startServiceProcess(dataDir, { TRIBUTARY_WORKERS: '0' });
    const worker = await startWorker(dataDir);
    onTestFinished(() => worker.kill());
    const collection = (await service.call('POST', '/v1/collections', { name: 'Embedded' })).body.readable_id;
    const made = await service.call('POST', '/v1/source-connections', {
      short_name: 'stub',
      readable_collection_id: collection,
      config: { entity_count: 30 },
      authentication: { credentials: { stub_key: 'key' } },
    });
    const completed = (count: number) =>
      eventually('jobs to complete', async () => {
        const { body } = await service.call('GET', `/v1/source-connections/${made.body.id}/jobs`);
        return body.length === count && body[0].status === 'completed' ? true : undefined;
      });
    await completed(1);
    expect(await service.stop()).toBe(0);
    service = await startServiceProcess(dataDir, { TRIBUTARY_WORKERS: '0' });
    await service.call('POST', `/v1/source-connections/${made.body.id}/run`);
    await completed(2);
    expect(await worker.stop()).toBe(0);
    expect(await service.stop()).toBe(0);
  });

  it('refuses to start where no service is, and says what to do', async () => {
    const worker = spawnWorker(await newFolder());
    expect(await worker.exited).toBe(78);
    expect(worker.output()).toMatch(/TRIBUTARY_DATA_DIR cannot be used: no service serves .*Start it first/);
  });
});

describe('a worker on PostgreSQL', () => {
  it('refuses a data directory that is not the one of the collections', async () => {
    const cluster = await newCluster();
    const env = { DATABASE_URL: cluster.databaseUrl };
    const empty = spawnWorker(await newFolder(), { env });
    expect(await empty.exited).toBe(78);
    expect(empty.output()).toMatch(/is not the data directory of a service/);

    const other = await newFolder();
    const elsewhere = await startServiceProcess(other, { TRIBUTARY_WORKERS: '0' });
    await elsewhere.stop();
    const service = startServiceProcess(other, { ...env, TRIBUTARY_WORKERS: '0' });
    await expect(service).rejects.toThrow(/78.*in another data directory|in another data directory/s);
  });

  it('stops in order: the job is interrupted, its lease given back, and every line that it wrote is JSON', async () => {
    const cluster = await newCluster();
    const worker = await cluster.addWorker();
    const { id } = await cluster.newSource('timed', { config: { entity_count: 500, duration_seconds: 30 } });
    const { id: jobId } = await cluster.untilPages(id, 2);
    const asked = Date.now();
    expect(await worker.stop()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(cluster.within(10_000));
    expect(await cluster.jobRow(jobId)).toMatchObject({ state: 'interrupted', lease_owner: null });
    const lines = worker.output().trim().split('\n');
    const told = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(new Set(told)).toEqual(
      new Set(['the worker looks for jobs', 'a sync job went on', 'the worker has given its leases back']),
    );
  });

  it('ends within ten seconds of SIGTERM although the database is away', async () => {
    const cluster = await newCluster();
    const worker = await cluster.addWorker();
    const { id } = await cluster.newSource('timed', { config: { entity_count: 500, duration_seconds: 30 } });
    const { id: jobId } = await cluster.untilPages(id, 2);
    await cluster.losePostgres('fast');
    const asked = Date.now();
    expect(await worker.stop()).toBe(1);
    expect(Date.now() - asked).toBeLessThan(cluster.within(10_500));
    await cluster.bringBackPostgres();
    await cluster.addWorker();
    await eventually('another worker to go on', async () => {
      const row = await cluster.jobRow(jobId);
      return row.attempts === 2 ? true : undefined;
    });
  });
});
