import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ControlStoreHome } from '../../control/control-store-contract.ts';
import type { ControlStore } from '../../control/database.ts';
import { must } from '../../lib/asserts.ts';
import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import type { JobId } from '../../lib/ids.ts';
import type { ClaimedJob, Claimer } from '../claim.ts';
import { createClaimer } from '../claim.ts';
import type { JobRow, Lease } from '../job-row.ts';
import type { TakenLease } from '../leases.ts';
import { expireLeases } from '../leases.ts';
import { requestCancel } from '../queue.ts';
import type { Seed, TestClock } from './seed.ts';
import { seedOrganization, testClock } from './seed.ts';

export type MakeHome = (clock: Clock) => Promise<ControlStoreHome>;

export const LEASE_MS = 30_000;

/** What the tests of the queue work with; fresh for each test but for the database. */
export interface QueueRig {
  readonly store: ControlStore;
  /** The same database through connections of its own, as another process sees it. */
  readonly other: ControlStore;
  readonly clock: TestClock;
  readonly seed: Seed;
  claimer(owner: string, on?: ControlStore, runningPerOrganization?: number): Claimer;
  claimOne(owner: string): Promise<ClaimedJob>;
  expire(owner: string, held?: readonly JobId[]): Promise<readonly TakenLease[]>;
  cancel(jobId: JobId): Promise<JobRow>;
  jobRow(jobId: JobId): Promise<JobRow>;
}

export const leaseOf = (job: ClaimedJob, owner: string): Lease => ({ jobId: job.id, owner, fence: job.fence });

/** Opens the stores around each test of the present `describe`. */
export function useQueue(make: MakeHome): QueueRig {
  let home: ControlStoreHome;
  let now: Pick<QueueRig, 'store' | 'other' | 'clock' | 'seed'> | undefined;
  const rig = () => must(now, 'inside a test');

  beforeAll(async () => {
    home = await make(systemClock);
  });
  afterAll(() => home.remove());
  beforeEach(async () => {
    const [store, other, clock] = [await home.open(), await home.open(), testClock()];
    await store.db.deleteFrom('source_connection').execute();
    now = { store, other, clock, seed: await seedOrganization(store, clock) };
  });
  afterEach(async () => {
    await rig().store.close();
    await rig().other.close();
  });

  const claimer: QueueRig['claimer'] = (owner, on = rig().store, runningPerOrganization) => {
    const { clock } = rig();
    const cap = runningPerOrganization === undefined ? {} : { runningPerOrganization };
    return createClaimer({ control: on, clock, owner, leaseMs: LEASE_MS, ...cap });
  };
  return {
    get store() {
      return rig().store;
    },
    get other() {
      return rig().other;
    },
    get clock() {
      return rig().clock;
    },
    get seed() {
      return rig().seed;
    },
    claimer,
    claimOne: async (owner) => must((await claimer(owner).claim(1))[0], 'a job to claim'),
    expire: (owner, held = []) =>
      expireLeases(rig().store, { owner, held, settle: async () => undefined, now: rig().clock.now() }),
    cancel: (jobId) =>
      rig().store.transaction((tx) =>
        requestCancel(tx, { organizationId: rig().seed.organizationId, jobId, now: rig().clock.now() }),
      ),
    jobRow: (id) => rig().store.db.selectFrom('sync_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  };
}
