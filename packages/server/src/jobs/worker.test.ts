import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import type { SyncOutcome, SyncProgress } from '../engine/outcome.ts';
import { errors } from '../errors.ts';
import { FencedError } from '../collection-store/port.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { JobId } from '../lib/ids.ts';
import { listEventsSince } from './events.ts';
import { requestCancel } from './queue.ts';
import type { ExecuteJob } from './running-job.ts';
import type { Seed } from './testing/seed.ts';
import { seedOrganization } from './testing/seed.ts';
import { createWorker } from './worker.ts';
import type { WorkerDeps } from './worker.ts';

const counts = { inserted: 5, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 5 };
const progress = (inserted: number): SyncProgress => ({
  counts: { ...counts, inserted },
  sequence: inserted,
  encountered: { Issue: inserted },
  stream: 'issues',
});
const completed: SyncOutcome = { type: 'completed', counts, held: [] };

let home: ControlStoreHome;
let store: ControlStore;
let seed: Seed;
let warnings: string[];
let workers: { readonly stop: AbortController; readonly done: Promise<void> }[];

beforeEach(async () => {
  home = await sqliteHome();
  store = await home.open();
  seed = await seedOrganization(store, systemClock);
  warnings = [];
  workers = [];
});
afterEach(async () => {
  for (const { stop, done } of workers) {
    stop.abort();
    await done;
  }
  await store.close();
  await home.remove();
});

function work(execute: ExecuteJob, deps: Partial<WorkerDeps> = {}) {
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_: unknown, message: string) => void warnings.push(message),
  };
  const worker = createWorker({
    control: store,
    clock: systemClock,
    log,
    execute,
    settle: async () => undefined,
    owner: 'a',
    concurrency: 2,
    leaseMs: 2_000,
    pollMs: 10,
    ...deps,
  });
  const stop = new AbortController();
  const done = worker.run(stop.signal);
  workers.push({ stop, done });
  return { worker, stop, done };
}

/** Every pause lasts until it is cut short. */
const motionless: Clock = {
  now: systemClock.now,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
};

/** Runs until it is stopped, and then says why it was. */
const untilStopped: ExecuteJob = (_job, { signal }) =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () =>
      resolve(signal.reason === 'fenced' ? { type: 'fenced' } : { type: signal.reason as 'cancelled', counts }),
    ),
  );

const job = (id: JobId) => store.db.selectFrom('sync_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const state = async (id: JobId) => (await job(id)).state;
const until = (id: JobId, wanted: string) => expect.poll(() => state(id), { interval: 10 }).toBe(wanted);
const start = async () => seed.enqueue(await seed.addOrder());
const cancel = (jobId: JobId) =>
  requestCancel(store.db, { organizationId: seed.organizationId, jobId, now: Date.now() });

test('says of which jobs it has written events, and does not wait for a clock with it', async () => {
  const id = await start();
  const told: string[] = [];
  const onEvents = (jobId: JobId) => void state(jobId).then((now) => told.push(now));
  const { worker } = work(
    async (_job, { onProgress, onClaimed }) => {
      await onClaimed(1);
      onProgress(progress(3));
      await expect.poll(() => told).toEqual(['running', 'running']);
      return completed;
    },
    { clock: motionless, onEvents },
  );
  worker.wake();
  await until(id, 'completed');
  await expect.poll(() => told).toEqual(['running', 'running', 'completed']);
});

test('runs what is enqueued and what is due, several at once and no more than it may', async () => {
  let now = 0;
  let most = 0;
  const ids = await Promise.all([start(), start(), start(), start(), start()]);
  const due = await seed.addOrder({ cron: '* * * * *', next_run_at: Date.now() - 1 });
  work(async () => {
    most = Math.max(most, (now += 1));
    await systemClock.sleep(20);
    now -= 1;
    return completed;
  });
  for (const id of ids) await until(id, 'completed');
  await expect
    .poll(
      async () =>
        (await store.db.selectFrom('sync_job').select('state').where('source_connection_id', '=', due).execute())[0]
          ?.state,
    )
    .toBe('completed');
  expect(most).toBe(2);
});

test('keeps the lease of a run that takes longer than a lease, beside another worker', async () => {
  const id = await start();
  let runs = 0;
  const execute: ExecuteJob = async () => {
    runs += 1;
    await systemClock.sleep(1_500);
    return completed;
  };
  work(execute, { owner: 'a', leaseMs: 600 });
  work(execute, { owner: 'b', leaseMs: 600 });
  await until(id, 'completed');
  expect(runs).toBe(1);
  expect(await job(id)).toMatchObject({ attempts: 1, ...counts });
});

test('writes progress at most four times a second, and the last counts with the end', async () => {
  const id = await start();
  let took = 0;
  work(async (_job, { onProgress }) => {
    const began = performance.now();
    for (let i = 1; i <= 60; i += 1) {
      onProgress(progress(i));
      await systemClock.sleep(10);
    }
    took = performance.now() - began;
    return { ...completed, counts: { ...counts, inserted: 60 } };
  });
  await until(id, 'completed');
  const events = await listEventsSince(store.db, seed.organizationId, id, 0);
  const seen = events.filter((event) => event.kind === 'progress').map((event) => event.counts.inserted);
  expect(seen.length).toBeGreaterThanOrEqual(2);
  // One at once, one for each quarter of a second, and one that the end waited for; timers may end a little early.
  expect(seen.length).toBeLessThanOrEqual(2 + Math.ceil(took / 245));
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(events.at(-1)).toMatchObject({
    kind: 'state',
    state: 'completed',
    counts: { inserted: 60 },
    encountered: { Issue: 60 },
  });
});

test('G4-24 a cancelled run stops within a second or so, without being woken', async () => {
  const id = await start();
  work(untilStopped);
  await until(id, 'running');
  await cancel(id);
  await until(id, 'cancelled');
});

test('G4-24 a wake-up makes it stop at once', async () => {
  const id = await start();
  const { worker } = work(untilStopped, { clock: motionless });
  await until(id, 'running');
  await cancel(id);
  worker.wake();
  await until(id, 'cancelled');
});

test('G4-24 a run that does not let go is cancelled all the same, and keeps its place until it does', async () => {
  const id = await start();
  const letGo = Promise.withResolvers<void>();
  let runs = 0;
  const { stop, done } = work(
    async (_job, { onProgress }) => {
      runs += 1;
      onProgress(progress(3));
      await letGo.promise;
      return completed;
    },
    { concurrency: 1, graceMs: 100 },
  );
  await until(id, 'running');
  await cancel(id);
  await until(id, 'cancelled');
  expect(await job(id)).toMatchObject({ inserted: 3 });
  const next = await start();
  await systemClock.sleep(100);
  expect([await state(next), runs]).toEqual(['pending', 1]);
  letGo.resolve();
  await until(next, 'completed');
  expect(await state(id)).toBe('cancelled');
  stop.abort();
  await done;
});

test('a stop interrupts what runs, gives every lease back and makes the source connection due at once', async () => {
  const order = await seed.addOrder();
  const id = await seed.enqueue(order);
  const { stop, done } = work(untilStopped);
  await until(id, 'running');
  stop.abort();
  await done;
  expect(await job(id)).toMatchObject({ state: 'interrupted', lease_owner: null });
  const row = await store.db
    .selectFrom('source_connection')
    .select('next_run_at')
    .where('id', '=', order)
    .executeTakeFirstOrThrow();
  expect(row.next_run_at).toBeLessThanOrEqual(Date.now());
  work(async () => completed, { owner: 'b' });
  await expect
    .poll(
      async () =>
        (
          await store.db
            .selectFrom('sync_job')
            .select(['state', 'trigger_kind'])
            .where('source_connection_id', '=', order)
            .where('id', '<>', id)
            .execute()
        )[0],
    )
    .toEqual({ state: 'completed', trigger_kind: 'resume' });
});

test('a stop does not wait for a run that does not let go', async () => {
  const id = await start();
  const { stop, done } = work(() => new Promise(() => undefined), { graceMs: 100 });
  await until(id, 'running');
  stop.abort();
  await done;
  expect(await state(id)).toBe('interrupted');
});

test('G4-3 a worker whose lease was taken is told so, and its outcome changes nothing', async () => {
  const id = await start();
  let reason: unknown;
  work(
    (_job, { signal }) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          resolve(completed);
        }),
      ),
    { leaseMs: 1_000 },
  );
  await until(id, 'running');
  await store.db.updateTable('sync_job').set({ lease_owner: 'z', fence: 9 }).where('id', '=', id).execute();
  await expect.poll(() => reason).toBe('fenced');
  await systemClock.sleep(100);
  expect(await job(id)).toMatchObject({ state: 'running', lease_owner: 'z', inserted: 0 });
});

test('a deleted source connection stops its run', async () => {
  const order = await seed.addOrder();
  const id = await seed.enqueue(order);
  let reason: unknown;
  work((given, options) => untilStopped(given, options).finally(() => (reason = options.signal.reason)), {
    leaseMs: 1_000,
  });
  await until(id, 'running');
  await store.db.deleteFrom('source_connection').where('id', '=', order).execute();
  await expect.poll(() => reason).toBe('fenced');
});

test('G4-30 a worker that cannot reach the control store stops writing when its lease has run out, and goes on later', async () => {
  const id = await start();
  let cut = false;
  const flaky: ControlStore = {
    ...store,
    get db() {
      if (cut) throw new Error('no route to the database');
      return store.db;
    },
    transaction: (run) => (cut ? Promise.reject(new Error('no route to the database')) : store.transaction(run)),
  };
  const reasons: unknown[] = [];
  work(
    (given, options) =>
      reasons.length > 0
        ? Promise.resolve(completed)
        : untilStopped(given, options).finally(() => reasons.push(options.signal.reason)),
    { control: flaky, leaseMs: 1_000 },
  );
  await until(id, 'running');
  cut = true;
  await expect.poll(() => reasons).toEqual(['fenced']);
  cut = false;
  await until(id, 'completed');
  expect(await job(id)).toMatchObject({ attempts: 2 });
});

test('G4-1 a job whose worker vanished is taken over with its attempts counted', async () => {
  const id = await start();
  await store.db
    .updateTable('sync_job')
    .set({ state: 'running', lease_owner: 'gone', lease_until: 1, fence: 4, attempts: 1 })
    .where('id', '=', id)
    .execute();
  work(async () => completed);
  await until(id, 'completed');
  expect(await job(id)).toMatchObject({ attempts: 2, fence: 5 });
});

test("the collection store's fence is kept with the lease; when the lease is gone the run ends before its first page", async () => {
  const id = await start();
  const seen: unknown[] = [];
  work(async (_job, { onClaimed }) => {
    await onClaimed(7);
    await store.db.updateTable('sync_job').set({ fence: 8 }).where('id', '=', id).where('attempts', '=', 1).execute();
    await onClaimed(9).catch((error: unknown) => seen.push(error));
    return completed;
  });
  await expect.poll(() => seen).toEqual([expect.any(FencedError)]);
});

test('a fault of our own is tried again later; one that the catalogue names ends the job', async () => {
  const [passing, lasting] = [await start(), await start()];
  work(async ({ id }) => {
    if (id === lasting) throw errors.host_access_refused({ reason: 'Set TRIBUTARY_FILE_ROOTS.' });
    throw new Error('the vault did not answer');
  });
  await until(lasting, 'failed');
  expect(await job(lasting)).toMatchObject({
    error_code: 'host_access_refused',
    error_message: 'Set TRIBUTARY_FILE_ROOTS.',
  });
  await expect.poll(async () => (await job(passing)).not_before).toBeGreaterThan(Date.now() - 1_000);
  expect(await state(passing)).toBe('pending');
});

test('a fault of our own that lasts ends the job after five attempts in a row, waits for the source not counted', async () => {
  const id = await start();
  await store.db.updateTable('sync_job').set({ stalled_attempts: 4, attempts: 4 }).where('id', '=', id).execute();
  const patient = await start();
  await store.db.updateTable('sync_job').set({ attempts: 40 }).where('id', '=', patient).execute();
  work(async () => {
    throw new Error('the vault did not answer');
  });
  await until(id, 'failed');
  expect(await job(id)).toMatchObject({ error_code: 'internal', attempts: 5 });
  await expect.poll(() => job(patient)).toMatchObject({ state: 'pending', attempts: 41, stalled_attempts: 1 });
});

test('an end that cannot be written at first is written when the store answers again', async () => {
  const id = await start();
  let failures = 3;
  const transaction: ControlStore['transaction'] = (run) =>
    store.transaction(async (tx) => {
      const result = await run(tx);
      const ends = (result as { job?: { state: string } } | undefined)?.job?.state === 'completed';
      if (ends && (failures -= 1) >= 0) throw new Error('the database went away');
      return result;
    });
  work(async () => completed, { control: { ...store, transaction } });
  await until(id, 'completed');
  expect(failures).toBe(-1);
  expect(warnings.filter((line) => line.includes('could not be written yet'))).toHaveLength(3);
});
