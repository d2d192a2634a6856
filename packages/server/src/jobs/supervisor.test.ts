import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlStore } from '../control/database.ts';
import { openControlStore } from '../control/open.ts';
import { systemClock } from '../lib/clock.ts';
import type { JobId } from '../lib/ids.ts';
import { listOwners } from './leases.ts';
import { parseOwner, stateOf } from './owner.ts';
import { requestCancel } from './queue.ts';
import type { Supervisor } from './supervisor.ts';
import { createSupervisor } from './supervisor.ts';
import { testConfig } from './testing/config.ts';
import type { Seed } from './testing/seed.ts';
import { seedOrganization } from './testing/seed.ts';

let dataDir: string;
let control: ControlStore;
let seed: Seed;
let supervisors: Supervisor[];
let told: JobId[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-supervisor-'));
  control = await openControlStore({
    dataDir,
    databaseUrl: undefined,
    clock: systemClock,
    busy: 'retry',
    migrations: 'apply',
  });
  seed = await seedOrganization(control, systemClock);
  supervisors = [];
  told = [];
});
afterEach(async () => {
  for (const supervisor of supervisors) await supervisor.stop();
  await control.close();
  await rm(dataDir, { recursive: true, force: true });
});

const scripted = new URL('testing/worker-process.ts', import.meta.url);
const real = new URL('worker-process.ts', import.meta.url);

function supervise(workers: number, { clock = systemClock, script = scripted } = {}): Supervisor {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const config = testConfig(dataDir, workers);
  const onEvents = (id: JobId) => void told.push(id);
  const supervisor = createSupervisor({ config, control, settle: async () => undefined, clock, log, script, onEvents });
  supervisors.push(supervisor);
  return supervisor;
}

const start = async (fullRefresh = false) => seed.enqueue(await seed.addOrder(), fullRefresh);
const job = (id: JobId) => control.db.selectFrom('sync_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const until = (id: JobId, state: string) => expect.poll(async () => (await job(id)).state).toBe(state);
const ownerOf = async (id: JobId) => parseOwner((await job(id)).lease_owner ?? '')!;

test('runs jobs in processes of its own, and a stop leaves no process, no lease and nothing running', async () => {
  const ids = [await start(), await start(), await start()];
  const supervisor = supervise(2);
  await supervisor.start();
  for (const id of ids) await until(id, 'running');
  const owners = await Promise.all(ids.map(ownerOf));
  expect(new Set(owners.map((owner) => owner.process.pid)).size).toBe(2);
  expect(owners.every((owner) => owner.parent.pid === process.pid)).toBe(true);
  await supervisor.stop();
  for (const id of ids) expect(await job(id)).toMatchObject({ state: 'interrupted', lease_owner: null });
  expect(owners.map((owner) => stateOf(owner.host, owner.process))).toEqual(['dead', 'dead', 'dead']);
});

test('G4-1 a worker that dies is replaced, and its job goes on without waiting for the lease', async () => {
  const id = await start(true);
  await supervise(1).start();
  await until(id, 'completed');
  expect(await job(id)).toMatchObject({ attempts: 2, fence: 2 });
});

test('the worker process of the service builds what it needs and runs jobs', async () => {
  const id = await start();
  await supervise(1, { script: real }).start();
  await until(id, 'failed');
  expect(await job(id)).toMatchObject({ error_code: 'connector_unknown', lease_owner: null });
});

test('passes wake-ups on: a cancellation is seen at once', async () => {
  const id = await start();
  const supervisor = supervise(1);
  await supervisor.start();
  await until(id, 'running');
  await requestCancel(control.db, { organizationId: seed.organizationId, jobId: id, now: Date.now() });
  supervisor.wake();
  await until(id, 'cancelled');
});

test('hears from its workers of which jobs there are new events', async () => {
  const id = await start();
  const supervisor = supervise(1);
  await supervisor.start();
  await expect.poll(() => told).toEqual([id]);
  await requestCancel(control.db, { organizationId: seed.organizationId, jobId: id, now: Date.now() });
  supervisor.wake();
  await expect.poll(() => told).toEqual([id, id]);
  expect((await job(id)).state).toBe('cancelled');
});

test('kills a worker that does not stop, and takes its leases back', async () => {
  const id = await start();
  const hurried = {
    now: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal),
  };
  const supervisor = supervise(1, { clock: hurried });
  await supervisor.start();
  await expect.poll(() => told).toEqual([id]);
  const owner = await ownerOf(id);
  process.kill(owner.process.pid, 'SIGSTOP');
  await supervisor.stop();
  expect(told).toEqual([id, id]);
  expect(stateOf(owner.host, owner.process)).toBe('dead');
  expect(await job(id)).toMatchObject({ state: 'pending', lease_owner: null });
});

async function startService() {
  const script = new URL('testing/service-process.ts', import.meta.url).pathname;
  return spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function kill(service: Awaited<ReturnType<typeof startService>>): Promise<void> {
  const exited = once(service, 'exit');
  service.kill('SIGKILL');
  await exited;
}

test('G4-2 workers end by themselves when their service is killed, and the next service goes on', async () => {
  const id = await start();
  const service = await startService();
  await until(id, 'running');
  const owner = await ownerOf(id);
  await kill(service);
  await until(id, 'interrupted');
  await expect.poll(() => stateOf(owner.host, owner.process)).toBe('dead');
  await supervise(1).start();
  const followers = () =>
    control.db.selectFrom('sync_job').select(['state', 'trigger_kind']).where('id', '<>', id).execute();
  await expect.poll(followers).toEqual([{ state: 'completed', trigger_kind: 'resume' }]);
});

test('G4-2 G4-3 a new service takes dead leases back at once, and kills a worker that outlived its service', async () => {
  const id = await start();
  const service = await startService();
  await until(id, 'running');
  const owner = await ownerOf(id);
  process.kill(owner.process.pid, 'SIGSTOP');
  await kill(service);
  expect(stateOf(owner.host, owner.process)).toBe('alive');
  await supervise(0).start();
  expect(stateOf(owner.host, owner.process)).toBe('dead');
  expect(await job(id)).toMatchObject({ state: 'pending', lease_owner: null, attempts: 1 });
});

test('leaves the workers of another living service alone', async () => {
  const id = await start();
  const service = await startService();
  await until(id, 'running');
  const owner = await ownerOf(id);
  await supervise(0).start();
  expect(stateOf(owner.host, owner.process)).toBe('alive');
  expect(await listOwners(control.db)).toHaveLength(1);
  await kill(service);
  await until(id, 'interrupted');
});
