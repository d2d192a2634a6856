import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId, SourceConnectionId } from '../lib/ids.ts';
import { newId } from '../lib/ids.ts';
import type { ClaimedJob } from './claim.ts';
import { createClaimer } from './claim.ts';
import { finishJob } from './finish.ts';
import type { Lease } from './job-row.ts';
import {
  expireLeases,
  giveBack,
  heartbeat,
  listCancelled,
  listOwners,
  raiseFence,
  setCounts,
  takeBack,
} from './leases.ts';
import { findLiveJob, requestCancel } from './queue.ts';
import type { Seed, TestClock } from './testing/seed.ts';
import { seedOrganization, testClock } from './testing/seed.ts';

const LEASE_MS = 30_000;
const counts = { inserted: 3, updated: 2, kept: 1, deleted: 0, failed: 0, chunks: 7 };
const none = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

export const leaseOf = (job: ClaimedJob, owner: string): Lease => ({ jobId: job.id, owner, fence: job.fence });

/** What the queue must do on every control store: enqueueing, claiming, leases and cancellation. */
export function describeQueue(name: string, make: (clock: Clock) => Promise<ControlStoreHome>): void {
  describe(`queue on ${name}`, () => {
    let home: ControlStoreHome;
    let clock: TestClock;
    let store: ControlStore;
    let other: ControlStore;
    let seed: Seed;

    beforeAll(async () => {
      home = await make({ now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
    });
    afterAll(() => home.remove());
    beforeEach(async () => {
      clock = testClock();
      store = await home.open();
      other = await home.open();
      await store.db.deleteFrom('source_connection').execute();
      seed = await seedOrganization(store, clock);
    });
    afterEach(async () => {
      await store.close();
      await other.close();
    });

    const claimer = (owner: string, on = store, runningPerOrganization?: number) =>
      createClaimer({
        control: on,
        clock,
        owner,
        leaseMs: LEASE_MS,
        ...(runningPerOrganization === undefined ? {} : { runningPerOrganization }),
      });
    const expire = (owner: string, held: readonly JobId[] = []) =>
      expireLeases(store, { owner, held, now: clock.now() });
    const claimOne = async (owner: string) => (await claimer(owner).claim(1))[0]!;
    const jobRow = (id: JobId) =>
      store.db.selectFrom('sync_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const cancel = (jobId: JobId) =>
      store.transaction((tx) => requestCancel(tx, { organizationId: seed.organizationId, jobId, now: clock.now() }));

    describe('enqueueing', () => {
      test('rel6 ten requests at once make one job, and the others learn which', async () => {
        const id = await seed.addOrder();
        const again = { ...seed, store: other };
        const results = await Promise.allSettled(Array.from({ length: 10 }, () => again.enqueue(id)));
        const made = results.filter((result) => result.status === 'fulfilled');
        expect(made).toHaveLength(1);
        for (const result of results)
          if (result.status === 'rejected')
            expect(result.reason).toMatchObject({
              code: 'sync_already_running',
              details: { jobId: made[0]!.value, state: 'pending' },
            });
      });

      test('a job that has ended makes room for the next', async () => {
        const id = await seed.addOrder();
        const first = await seed.enqueue(id);
        await cancel(first);
        expect(await seed.enqueue(id)).not.toBe(first);
      });

      test('refuses what may not run, and says why', async () => {
        const gone = await seed.addOrder({ deleted_at: 1 });
        const unfinished = await seed.addOrder({ sync_id: null });
        const refused = await seed.addOrder({ paused_by: 'credential' });
        const off = await seed.addOrder();
        await store.db
          .updateTable('connection')
          .set({ enabled: 0 })
          .where('id', 'in', (eb) => eb.selectFrom('source_connection').select('connection_id').where('id', '=', off))
          .execute();
        const codes = await Promise.all(
          [gone, unfinished, refused, off, newId<SourceConnectionId>()].map((id) =>
            seed.enqueue(id).catch((error: { code: string }) => error.code),
          ),
        );
        expect(codes).toEqual([
          'source_connection_not_found',
          'sync_not_found',
          'sync_not_active',
          'sync_not_active',
          'source_connection_not_found',
        ]);
      });

      test('another organization cannot start, see or cancel it', async () => {
        const id = await seed.addOrder();
        const jobId = await seed.enqueue(id);
        const stranger = await seedOrganization(store, clock);
        await expect(stranger.enqueue(id)).rejects.toMatchObject({ code: 'source_connection_not_found' });
        expect(await findLiveJob(store.db, stranger.organizationId, id)).toBeUndefined();
        const cancelling = store.transaction((tx) =>
          requestCancel(tx, { organizationId: stranger.organizationId, jobId, now: 0 }),
        );
        await expect(cancelling).rejects.toMatchObject({ code: 'job_not_found' });
      });
    });

    describe('claiming', () => {
      test('gives the job with a lease, a fence and the moment when it first began', async () => {
        const jobId = await seed.enqueue(await seed.addOrder(), true);
        const job = await claimOne('a');
        expect(job).toMatchObject({
          id: jobId,
          fence: 1,
          attempt: 1,
          fullRefresh: true,
          startedAt: clock.now(),
          leaseUntil: clock.now() + LEASE_MS,
        });
        expect(await jobRow(jobId)).toMatchObject({ state: 'running', lease_owner: 'a' });
        expect(await claimer('b').claim(1)).toEqual([]);
      });

      test('four workers at once never claim the same job, and no collection has two writers', async () => {
        const shared = await seed.addCollection();
        const ids = [...(await seed.addOrders(60)), ...(await seed.addOrders(20, { collection_id: shared }))];
        for (const id of ids) await seed.enqueue(id);
        const claimed: { owner: string; job: ClaimedJob }[] = [];
        await Promise.all(
          ['a', 'b', 'c', 'd'].map(async (owner, i) => {
            const mine = claimer(owner, i % 2 === 0 ? store : other);
            for (let idle = 0; idle < 3;) {
              const jobs = await mine.claim(3);
              idle = jobs.length === 0 ? idle + 1 : 0;
              claimed.push(...jobs.map((job) => ({ owner, job })));
            }
          }),
        );
        expect(claimed).toHaveLength(80);
        expect(new Set(claimed.map(({ job }) => job.id)).size).toBe(80);
        const writers = new Set(claimed.filter(({ job }) => job.collectionId === shared).map(({ owner }) => owner));
        expect(writers.size).toBe(1);
      });

      test('leaves a collection to the worker that writes it, until that one has finished', async () => {
        const collection_id = await seed.addCollection();
        for (const id of await seed.addOrders(3, { collection_id })) await seed.enqueue(id);
        const first = await claimOne('a');
        expect(await claimer('b').claim(5)).toEqual([]);
        const second = await claimOne('a');
        for (const job of [first, second])
          await finishJob(store.db, {
            lease: leaseOf(job, 'a'),
            outcome: { type: 'completed', counts, held: [] },
            now: clock.now(),
          });
        expect(await claimer('b').claim(5)).toHaveLength(1);
      });

      test('takes turns: an organization with one job does not wait for another with a thousand', async () => {
        const small = await seedOrganization(store, clock);
        for (const id of await seed.addOrders(300)) await seed.enqueue(id);
        await small.enqueue(await small.addOrder());
        const mine = claimer('a');
        const owners = [...(await mine.claim(1)), ...(await mine.claim(1))].map((job) => job.organizationId);
        expect(new Set(owners)).toEqual(new Set([seed.organizationId, small.organizationId]));
        expect(await mine.claim(50)).toHaveLength(50);
      });

      test('an organization runs no more jobs than it may, and the others go on', async () => {
        const small = await seedOrganization(store, clock);
        for (const id of await seed.addOrders(5)) await seed.enqueue(id);
        for (const id of await small.addOrders(1)) await small.enqueue(id);
        const mine = claimer('a', store, 2);
        const jobs = await mine.claim(10);
        expect(jobs.filter((job) => job.organizationId === seed.organizationId)).toHaveLength(2);
        expect(jobs).toHaveLength(3);
      });

      test('ends jobs whose connection was switched off in the meantime', async () => {
        const id = await seed.addOrder();
        const jobId = await seed.enqueue(id);
        await store.db.updateTable('connection').set({ enabled: 0 }).execute();
        expect(await claimer('a').claim(1)).toEqual([]);
        expect(await jobRow(jobId)).toMatchObject({ state: 'cancelled', error_code: 'sync_not_active' });
      });
    });

    describe('leases', () => {
      test('rel3 a lease that ran out goes to another with a higher fence, and its old owner is refused everywhere', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const old = leaseOf(await claimOne('a'), 'a');
        clock.advance(LEASE_MS - 1);
        expect(await expire('b')).toEqual([]);
        clock.advance(2);
        expect(await expire('a', [jobId])).toEqual([]);
        expect(await expire('b')).toEqual([{ jobId, owner: 'a', state: 'pending' }]);
        const fresh = await claimOne('b');
        expect(fresh).toMatchObject({ id: jobId, fence: 2, attempt: 2, startedAt: clock.now() - LEASE_MS - 1 });
        const before = await jobRow(jobId);
        expect(await heartbeat(store.db, [old], clock.now() + LEASE_MS)).toEqual({ lost: [jobId], cancelled: [] });
        expect(await setCounts(store.db, old, { counts, sequence: 9, encountered: {} }, clock.now())).toBe(false);
        expect(await giveBack(store.db, old, { notBefore: null, now: clock.now() })).toBeUndefined();
        for (const type of ['completed', 'cancelled', 'interrupted'] as const)
          expect(
            await finishJob(store.db, { lease: old, outcome: { type, counts, held: [] }, now: clock.now() }),
          ).toBeUndefined();
        // The owner alone does not prove anything, and neither does the fence.
        expect(
          await setCounts(store.db, { ...old, owner: 'b' }, { counts, sequence: 9, encountered: {} }, clock.now()),
        ).toBe(false);
        expect(
          await setCounts(store.db, { ...old, fence: 2 }, { counts, sequence: 9, encountered: {} }, clock.now()),
        ).toBe(false);
        expect(await jobRow(jobId)).toEqual(before);
      });

      test('a heartbeat renews what is held, and tells what is to be cancelled', async () => {
        for (const id of await seed.addOrders(2)) await seed.enqueue(id);
        const jobs = await claimer('a').claim(2);
        clock.advance(20_000);
        await cancel(jobs[1]!.id);
        const beat = await heartbeat(
          store.db,
          jobs.map((job) => leaseOf(job, 'a')),
          clock.now() + LEASE_MS,
        );
        expect(beat).toEqual({ lost: [], cancelled: [jobs[1]!.id] });
        expect(await listCancelled(store.db, 'a')).toEqual([jobs[1]!.id]);
        clock.advance(LEASE_MS - 1);
        expect(await expire('b')).toEqual([]);
      });

      test('a job whose workers die five times without getting further fails; one that gets further goes on', async () => {
        const stuck = await seed.enqueue(await seed.addOrder());
        const moving = await seed.enqueue(await seed.addOrder());
        const states: string[] = [];
        for (let attempt = 1; attempt <= 5; attempt += 1) {
          for (const job of await claimer('a').claim(2)) {
            if (job.id !== moving) continue;
            await setCounts(
              store.db,
              leaseOf(job, 'a'),
              { counts: { ...counts, kept: attempt }, sequence: attempt, encountered: {} },
              clock.now(),
            );
          }
          await takeBack(store, 'a', clock.now());
          states.push((await jobRow(stuck)).state);
        }
        expect(states).toEqual(['pending', 'pending', 'pending', 'pending', 'failed']);
        expect(await jobRow(stuck)).toMatchObject({
          error_code: 'worker_died',
          attempts: 5,
          completed_at: clock.now(),
        });
        expect(await jobRow(moving)).toMatchObject({ state: 'pending', attempts: 5, stalled_attempts: 0 });
      });

      test('a dead worker gives back at once what it held, and only that', async () => {
        for (const id of await seed.addOrders(3)) await seed.enqueue(id);
        const [mine] = await claimer('a').claim(1);
        await claimer('b').claim(2);
        expect((await listOwners(store.db)).toSorted()).toEqual(['a', 'b']);
        expect(await takeBack(store, 'a', clock.now())).toEqual([{ jobId: mine!.id, owner: 'a', state: 'pending' }]);
        expect(await listOwners(store.db)).toEqual(['b']);
      });

      test("the collection store's fence goes with the lease, and an older claim of the same job ends there", async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const old = leaseOf(await claimOne('a'), 'a');
        await takeBack(store, 'a', clock.now());
        const fresh = leaseOf(await claimOne('b'), 'b');
        const raised = await raiseFence(store.db, fresh, 40);
        expect(raised).toEqual({ ...fresh, fence: 40 });
        expect(await raiseFence(store.db, old, 41)).toBeUndefined();
        expect(await heartbeat(store.db, [fresh], clock.now())).toEqual({ lost: [jobId], cancelled: [] });
        expect(await heartbeat(store.db, [raised!], clock.now())).toEqual({ lost: [], cancelled: [] });
      });

      test('counts are set, not added', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const lease = leaseOf(await claimOne('a'), 'a');
        for (let i = 0; i < 2; i += 1)
          expect(await setCounts(store.db, lease, { counts, sequence: 4, encountered: {} }, clock.now())).toBe(true);
        expect(await jobRow(jobId)).toMatchObject({ ...counts, sequence: 4 });
      });

      test('rel7 a job that waits for its source is claimed again when the moment has come, not before', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const lease = leaseOf(await claimOne('a'), 'a');
        const at = clock.now() + 60_000;
        await finishJob(store.db, {
          lease: lease,
          outcome: { type: 'postponed', at, reason: 'rate limit', counts },
          now: clock.now(),
        });
        expect(await jobRow(jobId)).toMatchObject({
          state: 'pending',
          not_before: at,
          lease_owner: null,
          stalled_attempts: 0,
          ...counts,
        });
        expect(await claimer('a').claim(1)).toEqual([]);
      });

      test('a worker that was fenced gives back a lease that is still its own', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const lease = leaseOf(await claimOne('a'), 'a');
        await finishJob(store.db, { lease: lease, outcome: { type: 'fenced' }, now: clock.now() });
        expect(await jobRow(jobId)).toMatchObject({ state: 'pending', not_before: null });
      });
    });

    describe('rel24 cancelling', () => {
      test('ends a pending job at once', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        expect(await cancel(jobId)).toMatchObject({
          state: 'cancelled',
          completed_at: clock.now(),
          cancel_requested_at: clock.now(),
        });
        expect(await claimer('a').claim(1)).toEqual([]);
      });

      test('asks a running job to stop, also twice, and every end it reports is taken', async () => {
        const ends = {
          completed: 'completed',
          cancelled: 'cancelled',
          interrupted: 'cancelled',
          fenced: 'cancelled',
        } as const;
        for (const [type, state] of Object.entries(ends)) {
          const jobId = await seed.enqueue(await seed.addOrder());
          const lease = leaseOf(await claimOne('a'), 'a');
          expect(await cancel(jobId)).toMatchObject({ state: 'cancelling' });
          expect(await cancel(jobId)).toMatchObject({ state: 'cancelling' });
          await finishJob(store.db, { lease: lease, outcome: { type, counts, held: [] } as never, now: clock.now() });
          expect(await jobRow(jobId)).toMatchObject({ state, lease_owner: null });
        }
      });

      test('ends by itself when the worker dies before it stops', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        await claimOne('a');
        await cancel(jobId);
        clock.advance(LEASE_MS + 1);
        expect(await expire('b')).toEqual([{ jobId, owner: 'a', state: 'cancelled' }]);
      });

      test('a job that has ended cannot be cancelled', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        await finishJob(store.db, {
          lease: leaseOf(await claimOne('a'), 'a'),
          outcome: { type: 'completed', counts: none, held: [] },
          now: clock.now(),
        });
        await expect(cancel(jobId)).rejects.toMatchObject({
          code: 'job_not_cancellable',
          details: { state: 'completed' },
        });
      });
    });
  });
}
