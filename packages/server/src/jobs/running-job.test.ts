import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import type { SyncOutcome } from '../engine/outcome.ts';
import { must } from '../lib/asserts.ts';
import { systemClock } from '../lib/clock.ts';
import { createClaimer } from './claim.ts';
import { takeBack } from './leases.ts';
import { RunningJob } from './running-job.ts';
import type { RunningJobDeps } from './running-job.ts';
import { seedOrganization } from './testing/seed.ts';
import type { Seed } from './testing/seed.ts';

const nothing = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };
const known = { ...nothing, inserted: 41, chunks: 41 };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

let home: ControlStoreHome;
let control: ControlStore;
let seed: Seed;

beforeEach(async () => {
  home = await sqliteHome();
  control = await home.open();
  seed = await seedOrganization(control, systemClock);
});
afterEach(async () => {
  await control.close();
  await home.remove();
});

/** Runs one attempt of a fresh job; gives the job's row afterwards. */
async function attempt(deps: Pick<RunningJobDeps, 'execute' | 'settle'>) {
  const id = await seed.enqueue(await seed.addOrder());
  const [job] = await createClaimer({ control, clock: systemClock, owner: 'a', leaseMs: 60_000 }).claim(1);
  await new RunningJob({ control, clock: systemClock, log, owner: 'a', graceMs: 1_000, ...deps }, must(job, 'a job'))
    .settled;
  return control.db.selectFrom('sync_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

const brokenOff: readonly SyncOutcome[] = [
  { type: 'failed', code: 'store_failed', message: 'broken', category: null, counts: nothing },
  { type: 'cancelled', counts: nothing },
  { type: 'interrupted', counts: nothing },
  { type: 'postponed', at: Date.now() + 600_000, reason: 'too many requests', counts: nothing },
  { type: 'fenced' },
];

test.each(brokenOff)("an attempt that is $type leaves the collection store's counts with the job", async (outcome) => {
  expect(await attempt({ execute: async () => outcome, settle: async () => known })).toMatchObject(known);
});

test('an attempt that lost its lease leaves the fence of the collection store alone', async () => {
  let asked = 0;
  const settle = async () => {
    asked += 1;
    return known;
  };
  const row = await attempt({
    async execute() {
      await takeBack(control, 'a', async () => undefined, Date.now());
      return { type: 'cancelled', counts: nothing };
    },
    settle,
  });
  expect(row).toMatchObject({ state: 'pending', ...nothing });
  expect(asked).toBe(0);
});

test('a collection store that does not answer does not keep a job from its end, and the last counts stay', async () => {
  const row = await attempt({
    async execute(_job, { onProgress }) {
      onProgress({ counts: known, sequence: 1, encountered: {}, stream: 'issues' });
      return { type: 'cancelled', counts: nothing };
    },
    settle: () => Promise.reject(new Error('the disk is full')),
  });
  expect(row).toMatchObject({ state: 'cancelled', ...known });
});
