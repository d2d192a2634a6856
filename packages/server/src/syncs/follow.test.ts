import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { JobBus } from '../jobs/job-bus.ts';
import { requestCancel } from '../jobs/queue.ts';
import { seedOrganization, type Seed } from '../jobs/testing/seed.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { JobId } from '../lib/ids.ts';
import { followJob } from './follow.ts';
import type { JobEvent } from './service.ts';

let home: ControlStoreHome;
let control: ControlStore;
let seed: Seed;
let jobId: JobId;
let bus: JobBus;

beforeEach(async () => {
  home = await sqliteHome();
  control = await home.open();
  seed = await seedOrganization(control, systemClock);
  jobId = await seed.enqueue(await seed.addOrder());
  bus = new JobBus();
});
afterEach(async () => {
  await control.close();
  await home.remove();
});

/** Every pause lasts until it is cut short. */
const motionless: Clock = {
  now: systemClock.now,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
};

function follow(clock: Clock, stop = new AbortController()): AsyncGenerator<JobEvent> {
  return followJob({ control, clock, bus }, seed.organizationId, jobId, { after: 0, signal: stop.signal });
}
const cancel = () => requestCancel(control.db, { organizationId: seed.organizationId, jobId, now: Date.now() });

test('sees an event at once when it is told of it, and then waits for no clock', async () => {
  const events = follow(motionless);
  expect((await events.next()).value).toMatchObject({ state: 'pending' });
  const next = events.next();
  await cancel();
  bus.tell(jobId);
  expect((await next).value).toMatchObject({ sequence: 2, state: 'cancelled' });
  expect(await events.next()).toMatchObject({ done: true });
  expect(bus.size).toBe(0);
});

test('misses nothing that is told of while its reader is busy', async () => {
  const events = follow(motionless);
  await events.next();
  await cancel();
  bus.tell(jobId);
  expect((await events.next()).value).toMatchObject({ state: 'cancelled' });
});

test('looks by itself for what nobody tells', async () => {
  const events = follow(systemClock);
  await events.next();
  await cancel();
  expect((await events.next()).value).toMatchObject({ state: 'cancelled' });
});

test('ends when it is stopped, and when its reader goes away, and listens no longer', async () => {
  const stop = new AbortController();
  const stopped = follow(motionless, stop);
  await stopped.next();
  const next = stopped.next();
  stop.abort();
  expect(await next).toMatchObject({ done: true });
  const left = follow(motionless);
  await left.next();
  await left.return(undefined);
  expect(bus.size).toBe(0);
});
