import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stub } from '@tributary/connectors/sources/stub/index';
import { timed } from '@tributary/connectors/sources/timed/index';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { expectEqual } from '../harness/expect-equal.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts';

let root: string;
let dataDir: string;
let disk: SmallDisk | undefined;
let service: ServiceProcess;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  dataDir = join(root, 'data');
  mkdirSync(dataDir);
});

afterEach(async () => {
  await service.kill('service and workers');
  disk?.unmount();
  rmSync(root, { recursive: true, force: true });
});

const credentials: Readonly<Record<string, object>> = { stub: { stub_key: 'key' }, timed: { timed_key: 'key' } };

async function newSource(shortName: string, config: object) {
  const collection = (await service.call('POST', '/v1/collections', { name: 'Disk' })).body;
  const made = await service.call('POST', '/v1/source-connections', {
    short_name: shortName,
    readable_collection_id: collection.readable_id,
    config,
    authentication: { credentials: credentials[shortName] },
    schedule: { cron: null },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  return { id: made.body.id as string, collectionId: collection.id as string, name: collection.readable_id as string };
}

const newest = async (id: string) => (await service.call('GET', `/v1/source-connections/${id}/jobs?limit=1`)).body[0];

const ended = (id: string) =>
  eventually('the job to end', async () => {
    const job = await newest(id);
    return ['completed', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
  });

async function expectReadable(name: string): Promise<void> {
  const found = await service.call('POST', `/v1/collections/${name}/search/instant`, { query: 'Stub' });
  expect(found.status).toBe(200);
  expect(found.body.results).not.toEqual([]);
  expect((await service.call('GET', '/v1/source-connections')).status).toBe(200);
}

describe.skipIf(!canMount)('a disk that is full', () => {
  it('G4-22 under the collections: the run fails cleanly, the API reads on, and with space again the next run makes the collection equal', async () => {
    disk = mountSmallDisk(join(dataDir, 'collections'), 200_000_000);
    service = await startServiceProcess(dataDir);
    const small = await newSource('stub', { entity_count: 20 });
    expect(await ended(small.id)).toMatchObject({ status: 'completed' });
    disk.fill(1_500_000);
    const source = { entity_count: 3_000 };
    const large = await newSource('stub', source);
    expect(await ended(large.id)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/could not be written.*disk/i),
    });
    await expectReadable(small.name);
    const partly = await service.call('POST', `/v1/collections/${large.name}/search/instant`, { query: 'Stub' });
    expect(partly.status).toBe(200);

    disk.free();
    await service.call('POST', `/v1/source-connections/${large.id}/run`);
    expect(await ended(large.id)).toMatchObject({ status: 'completed' });
    await expectEqual({ dataDir, collectionId: large.collectionId }, { connector: stub, config: source });
  });

  it('G4-22 under the control store: the API reads on and refuses changes, and with space again everything goes on by itself', async () => {
    disk = mountSmallDisk(dataDir, 24_000_000);
    mkdirSync(join(root, 'collections'));
    symlinkSync(join(root, 'collections'), join(dataDir, 'collections'));
    service = await startServiceProcess(dataDir);
    const small = await newSource('stub', { entity_count: 20 });
    expect(await ended(small.id)).toMatchObject({ status: 'completed' });
    const config = { entity_count: 500, duration_seconds: 5 };
    const slow = await newSource('timed', config);
    await eventually('the slow sync to run', async () =>
      (await newest(slow.id)).entities_inserted > 0 ? true : undefined,
    );
    disk.fill();
    const refused = await eventually('a change to be refused', async () => {
      const answer = await service.call('POST', '/v1/collections', { name: 'One more' });
      return answer.status === 200 ? undefined : answer;
    });
    expect(refused.status, JSON.stringify(refused.body)).toBe(503);
    await expectReadable(small.name);

    disk.free();
    const again = await eventually('a change to be taken', async () => {
      const answer = await service.call('POST', '/v1/collections', { name: 'One more' });
      return answer.status === 200 ? answer : undefined;
    });
    expect(again.body.name).toBe('One more');
    expect(await ended(slow.id)).toMatchObject({ status: 'completed', entities_inserted: 501 });
    await expectEqual({ dataDir, collectionId: slow.collectionId }, { connector: timed, config });
    await service.call('POST', `/v1/source-connections/${small.id}/run`);
    expect(await ended(small.id)).toMatchObject({ status: 'completed', entities_inserted: 0 });
  });
});
