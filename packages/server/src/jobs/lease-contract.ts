import { describe, expect, test } from 'vitest';
import { finishJob } from './finish.ts';
import { giveBack, heartbeat, listCancelled, listOwners, raiseFence, setCounts, takeBack } from './leases.ts';
import type { SettleLease } from './leases.ts';
import type { MakeHome } from './testing/queue-rig.ts';
import { LEASE_MS, leaseOf, useQueue } from './testing/queue-rig.ts';

const counts = { inserted: 3, updated: 2, kept: 1, deleted: 0, failed: 0, chunks: 7 };
/** The collection store has nothing of the job. */
const unsettled = async () => undefined;
const none = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

/** What leases must do on every control store: renewing, losing, giving back and cancelling. */
export function describeLeases(name: string, make: MakeHome): void {
  describe(`leases on ${name}`, () => {
    const rig = useQueue(make);

    describe('leases', () => {
      test('G4-3 a lease that ran out goes to another with a higher fence, and its old owner is refused everywhere', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const old = leaseOf(await rig.claimOne('a'), 'a');
        rig.clock.advance(LEASE_MS - 1);
        expect(await rig.expire('b')).toEqual([]);
        rig.clock.advance(2);
        expect(await rig.expire('a', [jobId])).toEqual([]);
        expect(await rig.expire('b')).toEqual([{ jobId, owner: 'a', state: 'pending' }]);
        const fresh = await rig.claimOne('b');
        expect(fresh).toMatchObject({ id: jobId, fence: 2, attempt: 2, startedAt: rig.clock.now() - LEASE_MS - 1 });
        const before = await rig.jobRow(jobId);
        expect(await heartbeat(rig.store.db, [old], rig.clock.now() + LEASE_MS)).toEqual({
          lost: [jobId],
          cancelled: [],
        });
        expect(await setCounts(rig.store.db, old, { counts, sequence: 9, encountered: {} }, rig.clock.now())).toBe(
          false,
        );
        expect(await giveBack(rig.store.db, old, { notBefore: null, now: rig.clock.now() })).toBeUndefined();
        for (const type of ['completed', 'cancelled', 'interrupted'] as const)
          expect(
            await finishJob(rig.store.db, { lease: old, outcome: { type, counts, held: [] }, now: rig.clock.now() }),
          ).toBeUndefined();
        // The owner alone does not prove anything, and neither does the fence.
        expect(
          await setCounts(
            rig.store.db,
            { ...old, owner: 'b' },
            { counts, sequence: 9, encountered: {} },
            rig.clock.now(),
          ),
        ).toBe(false);
        expect(
          await setCounts(
            rig.store.db,
            { ...old, fence: 2 },
            { counts, sequence: 9, encountered: {} },
            rig.clock.now(),
          ),
        ).toBe(false);
        for (const lease of [
          { ...old, owner: 'b' },
          { ...old, fence: 2 },
        ])
          expect(
            await finishJob(rig.store.db, { lease, outcome: { type: 'fenced' }, now: rig.clock.now() }),
          ).toBeUndefined();
        expect(await rig.jobRow(jobId)).toEqual(before);
      });

      test('a heartbeat renews what is held, and tells what is to be cancelled', async () => {
        for (const id of await rig.seed.addOrders(2)) await rig.seed.enqueue(id);
        const jobs = await rig.claimer('a').claim(2);
        rig.clock.advance(20_000);
        await rig.cancel(jobs[1]!.id);
        const beat = await heartbeat(
          rig.store.db,
          jobs.map((job) => leaseOf(job, 'a')),
          rig.clock.now() + LEASE_MS,
        );
        expect(beat).toEqual({ lost: [], cancelled: [jobs[1]!.id] });
        expect(await listCancelled(rig.store.db, 'a')).toEqual([jobs[1]!.id]);
        rig.clock.advance(LEASE_MS - 1);
        expect(await rig.expire('b')).toEqual([]);
      });

      test('a job whose workers die five times without getting further fails; one that gets further goes on', async () => {
        const stuck = await rig.seed.enqueue(await rig.seed.addOrder());
        const moving = await rig.seed.enqueue(await rig.seed.addOrder());
        // Reads the same pages again and again, and dies behind them.
        const rereading = await rig.seed.enqueue(await rig.seed.addOrder());
        const states: string[] = [];
        for (let attempt = 1; attempt <= 5; attempt += 1) {
          for (const job of await rig.claimer('a').claim(3)) {
            if (job.id === stuck) continue;
            const gained = job.id === moving ? { updated: attempt } : { kept: attempt };
            await setCounts(
              rig.store.db,
              leaseOf(job, 'a'),
              { counts: { ...none, ...gained }, sequence: attempt, encountered: {} },
              rig.clock.now(),
            );
          }
          await takeBack(rig.store, 'a', unsettled, rig.clock.now());
          states.push((await rig.jobRow(stuck)).state);
        }
        expect(states).toEqual(['pending', 'pending', 'pending', 'pending', 'failed']);
        expect(await rig.jobRow(stuck)).toMatchObject({
          error_code: 'worker_died',
          attempts: 5,
          completed_at: rig.clock.now(),
        });
        expect(await rig.jobRow(moving)).toMatchObject({ state: 'pending', attempts: 5, stalled_attempts: 0 });
        expect(await rig.jobRow(rereading)).toMatchObject({ state: 'failed', error_code: 'worker_died' });
      });

      test("a lease that is taken leaves the collection store's counts with the job, however it goes on", async () => {
        const asked: object[] = [];
        const settle: SettleLease = async (job) => {
          asked.push(job);
          return counts;
        };
        const goesOn = await rig.seed.enqueue(await rig.seed.addOrder());
        const ends = await rig.seed.enqueue(await rig.seed.addOrder());
        const jobs = await rig.claimer('a').claim(2);
        await rig.cancel(ends);
        await takeBack(rig.store, 'a', settle, rig.clock.now());
        expect(asked).toHaveLength(2);
        for (const job of jobs)
          expect(asked).toContainEqual({
            owner: 'a',
            jobId: job.id,
            collectionId: job.collectionId,
            sourceConnectionId: job.sourceConnectionId,
            fence: job.fence,
          });
        expect(await rig.jobRow(goesOn)).toMatchObject({ state: 'pending', stalled_attempts: 0, ...counts });
        expect(await rig.jobRow(ends)).toMatchObject({ state: 'cancelled', ...counts });
      });

      test('a collection that cannot be written does not keep the lease of a dead worker', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        await rig.claimOne('a');
        const settle = () => Promise.reject(new Error('the disk is full'));
        expect(await takeBack(rig.store, 'a', settle, rig.clock.now())).toEqual([
          { jobId, owner: 'a', state: 'pending' },
        ]);
      });

      test('a dead worker gives back at once what it held, and only that', async () => {
        for (const id of await rig.seed.addOrders(3)) await rig.seed.enqueue(id);
        const [mine] = await rig.claimer('a').claim(1);
        await rig.claimer('b').claim(2);
        expect((await listOwners(rig.store.db)).toSorted()).toEqual(['a', 'b']);
        expect(await takeBack(rig.store, 'a', unsettled, rig.clock.now())).toEqual([
          { jobId: mine!.id, owner: 'a', state: 'pending' },
        ]);
        expect(await listOwners(rig.store.db)).toEqual(['b']);
      });

      test("the collection store's fence goes with the lease, and an older claim of the same job ends there", async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const old = leaseOf(await rig.claimOne('a'), 'a');
        await takeBack(rig.store, 'a', unsettled, rig.clock.now());
        const fresh = leaseOf(await rig.claimOne('b'), 'b');
        const raised = await raiseFence(rig.store.db, fresh, 40);
        expect(raised).toEqual({ ...fresh, fence: 40 });
        expect(await raiseFence(rig.store.db, old, 41)).toBeUndefined();
        expect(await heartbeat(rig.store.db, [fresh], rig.clock.now())).toEqual({ lost: [jobId], cancelled: [] });
        expect(await heartbeat(rig.store.db, [raised!], rig.clock.now())).toEqual({ lost: [], cancelled: [] });
      });

      test('counts are set, not added', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const lease = leaseOf(await rig.claimOne('a'), 'a');
        for (let i = 0; i < 2; i += 1)
          expect(await setCounts(rig.store.db, lease, { counts, sequence: 4, encountered: {} }, rig.clock.now())).toBe(
            true,
          );
        expect(await rig.jobRow(jobId)).toMatchObject({ ...counts, sequence: 4 });
      });

      test('G4-7 a job that waits for its source is claimed again when the moment has come, not before', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const lease = leaseOf(await rig.claimOne('a'), 'a');
        const at = rig.clock.now() + 60_000;
        await finishJob(rig.store.db, {
          lease: lease,
          outcome: { type: 'postponed', at, reason: 'rate limit', counts },
          now: rig.clock.now(),
        });
        expect(await rig.jobRow(jobId)).toMatchObject({
          state: 'pending',
          not_before: at,
          lease_owner: null,
          stalled_attempts: 0,
          ...counts,
        });
        expect(await rig.claimer('a').claim(1)).toEqual([]);
      });

      test('a worker that was fenced gives back a lease that is still its own', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const lease = leaseOf(await rig.claimOne('a'), 'a');
        await finishJob(rig.store.db, { lease: lease, outcome: { type: 'fenced' }, now: rig.clock.now() });
        expect(await rig.jobRow(jobId)).toMatchObject({ state: 'pending', not_before: null });
      });
    });

    test('an attempt that ended before the store told it anything leaves the counts of earlier ones', async () => {
      const failed = {
        type: 'failed',
        code: 'store_failed',
        message: 'Locked.',
        category: null,
        counts: none,
      } as const;
      const postponed = { type: 'postponed', at: rig.clock.now() + 1, reason: 'later', counts: none } as const;
      for (const outcome of [failed, postponed]) {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        const lease = leaseOf(await rig.claimOne('a'), 'a');
        await setCounts(rig.store.db, lease, { counts, sequence: 9, encountered: {} }, rig.clock.now());
        await finishJob(rig.store.db, { lease, outcome, now: rig.clock.now() });
        expect(await rig.jobRow(jobId)).toMatchObject(counts);
      }
    });

    test('a job that found everything as it was says how many records it kept', async () => {
      const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
      const lease = leaseOf(await rig.claimOne('a'), 'a');
      await setCounts(
        rig.store.db,
        lease,
        { counts: { ...none, kept: 1 }, sequence: 9, encountered: {} },
        rig.clock.now(),
      );
      const outcome = { type: 'completed', counts: { ...none, kept: 6 }, held: [] } as const;
      await finishJob(rig.store.db, { lease, outcome, now: rig.clock.now() });
      expect(await rig.jobRow(jobId)).toMatchObject({ state: 'completed', kept: 6 });
    });

    describe('G4-24 cancelling', () => {
      test('ends a pending job at once', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        expect(await rig.cancel(jobId)).toMatchObject({
          state: 'cancelled',
          completed_at: rig.clock.now(),
          cancel_requested_at: rig.clock.now(),
        });
        expect(await rig.claimer('a').claim(1)).toEqual([]);
      });

      test('asks a running job to stop, also twice, and every end it reports is taken', async () => {
        const ends = {
          completed: 'completed',
          cancelled: 'cancelled',
          interrupted: 'cancelled',
          fenced: 'cancelled',
        } as const;
        for (const [type, state] of Object.entries(ends)) {
          const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
          const lease = leaseOf(await rig.claimOne('a'), 'a');
          expect(await rig.cancel(jobId)).toMatchObject({ state: 'cancelling' });
          expect(await rig.cancel(jobId)).toMatchObject({ state: 'cancelling' });
          await finishJob(rig.store.db, {
            lease: lease,
            outcome: { type, counts, held: [] } as never,
            now: rig.clock.now(),
          });
          expect(await rig.jobRow(jobId)).toMatchObject({ state, lease_owner: null });
        }
      });

      test('ends by itself when the worker dies before it stops', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        await rig.claimOne('a');
        await rig.cancel(jobId);
        rig.clock.advance(LEASE_MS + 1);
        expect(await rig.expire('b')).toEqual([{ jobId, owner: 'a', state: 'cancelled' }]);
      });

      test('a job that has ended cannot be cancelled', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder());
        await finishJob(rig.store.db, {
          lease: leaseOf(await rig.claimOne('a'), 'a'),
          outcome: { type: 'completed', counts: none, held: [] },
          now: rig.clock.now(),
        });
        await expect(rig.cancel(jobId)).rejects.toMatchObject({
          code: 'job_not_cancellable',
          details: { state: 'completed' },
        });
      });
    });
  });
}
