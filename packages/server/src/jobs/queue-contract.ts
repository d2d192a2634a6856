import { describe, expect, test } from 'vitest';
import type { SourceConnectionId } from '../lib/ids.ts';
import { newId } from '../lib/ids.ts';
import type { ClaimedJob } from './claim.ts';
import { finishJob } from './finish.ts';
import { findLiveJob, requestCancel } from './queue.ts';
import type { MakeHome } from './testing/queue-rig.ts';
import { LEASE_MS, leaseOf, useQueue } from './testing/queue-rig.ts';
import { seedOrganization } from './testing/seed.ts';

const counts = { inserted: 3, updated: 2, kept: 1, deleted: 0, failed: 0, chunks: 7 };

/** What the queue must do on every control store: enqueueing and claiming. */
export function describeQueue(name: string, make: MakeHome): void {
  describe(`queue on ${name}`, () => {
    const rig = useQueue(make);

    describe('enqueueing', () => {
      test('G4-6 ten requests at once make one job, and the others learn which', async () => {
        const id = await rig.seed.addOrder();
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, (_, i) => rig.seed.enqueue(id, false, i % 2 === 0 ? rig.store : rig.other)),
        );
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
        const id = await rig.seed.addOrder();
        const first = await rig.seed.enqueue(id);
        await rig.cancel(first);
        expect(await rig.seed.enqueue(id)).not.toBe(first);
      });

      test('refuses what may not run, and says why', async () => {
        const gone = await rig.seed.addOrder({ deleted_at: 1 });
        const unfinished = await rig.seed.addOrder({ sync_id: null });
        const refused = await rig.seed.addOrder({ paused_by: 'credential' });
        const paused = await rig.seed.addOrder({ paused_by: 'user' });
        const off = await rig.seed.addOrder();
        await rig.store.db
          .updateTable('connection')
          .set({ enabled: 0 })
          .where('id', 'in', (eb) => eb.selectFrom('source_connection').select('connection_id').where('id', '=', off))
          .execute();
        const codes = await Promise.all(
          [gone, unfinished, refused, paused, off, newId<SourceConnectionId>()].map((id) =>
            rig.seed.enqueue(id).catch((error: { code: string }) => error.code),
          ),
        );
        expect(codes).toEqual([
          'source_connection_not_found',
          'sync_not_found',
          'sync_not_active',
          'sync_not_active',
          'sync_not_active',
          'source_connection_not_found',
        ]);
      });

      test('another organization cannot start, see or cancel it', async () => {
        const id = await rig.seed.addOrder();
        const jobId = await rig.seed.enqueue(id);
        const stranger = await seedOrganization(rig.store, rig.clock);
        await expect(stranger.enqueue(id)).rejects.toMatchObject({ code: 'source_connection_not_found' });
        expect(await findLiveJob(rig.store.db, stranger.organizationId, id)).toBeUndefined();
        const cancelling = rig.store.transaction((tx) =>
          requestCancel(tx, { organizationId: stranger.organizationId, jobId, now: 0 }),
        );
        await expect(cancelling).rejects.toMatchObject({ code: 'job_not_found' });
      });
    });

    describe('claiming', () => {
      test('gives the job with a lease, a fence and the moment when it first began', async () => {
        const jobId = await rig.seed.enqueue(await rig.seed.addOrder(), true);
        const job = await rig.claimOne('a');
        expect(job).toMatchObject({
          id: jobId,
          fence: 1,
          attempt: 1,
          fullRefresh: true,
          startedAt: rig.clock.now(),
          leaseUntil: rig.clock.now() + LEASE_MS,
        });
        expect(await rig.jobRow(jobId)).toMatchObject({ state: 'running', lease_owner: 'a' });
        expect(await rig.claimer('b').claim(1)).toEqual([]);
      });

      test('four workers at once never claim the same job, and no collection has two writers', async () => {
        const shared = await rig.seed.addCollection();
        const ids = [...(await rig.seed.addOrders(60)), ...(await rig.seed.addOrders(20, { collection_id: shared }))];
        for (const id of ids) await rig.seed.enqueue(id);
        const claimed: { owner: string; job: ClaimedJob }[] = [];
        await Promise.all(
          ['a', 'b', 'c', 'd'].map(async (owner, i) => {
            const mine = rig.claimer(owner, i % 2 === 0 ? rig.store : rig.other);
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
        const collection_id = await rig.seed.addCollection();
        for (const id of await rig.seed.addOrders(3, { collection_id })) await rig.seed.enqueue(id);
        const first = await rig.claimOne('a');
        expect(await rig.claimer('b').claim(5)).toEqual([]);
        const second = await rig.claimOne('a');
        for (const job of [first, second])
          await finishJob(rig.store.db, {
            lease: leaseOf(job, 'a'),
            outcome: { type: 'completed', counts, held: [] },
            now: rig.clock.now(),
          });
        expect(await rig.claimer('b').claim(5)).toHaveLength(1);
      });

      test('two workers that look at the same moment never both begin to write one collection', async () => {
        const [mine, theirs] = [rig.claimer('a', rig.store), rig.claimer('b', rig.other)];
        for (let round = 0; round < 25; round += 1) {
          const collection_id = await rig.seed.addCollection();
          for (const id of await rig.seed.addOrders(2, { collection_id })) await rig.seed.enqueue(id);
          const claimed = (await Promise.all([mine.claim(1), theirs.claim(1)])).flat();
          expect(claimed.length).toBeLessThanOrEqual(1);
          await rig.store.db.deleteFrom('source_connection').where('collection_id', '=', collection_id).execute();
        }
      });

      test('takes turns: an organization with one job does not wait for another with a thousand', async () => {
        const small = await seedOrganization(rig.store, rig.clock);
        for (const id of await rig.seed.addOrders(300)) await rig.seed.enqueue(id);
        await small.enqueue(await small.addOrder());
        const mine = rig.claimer('a');
        const owners = [...(await mine.claim(1)), ...(await mine.claim(1))].map((job) => job.organizationId);
        expect(new Set(owners)).toEqual(new Set([rig.seed.organizationId, small.organizationId]));
        expect(await mine.claim(50)).toHaveLength(50);
      });

      test('an organization runs no more jobs than it may, and the others go on', async () => {
        const small = await seedOrganization(rig.store, rig.clock);
        for (const id of await rig.seed.addOrders(5)) await rig.seed.enqueue(id);
        for (const id of await small.addOrders(1)) await small.enqueue(id);
        const mine = rig.claimer('a', rig.store, 2);
        const jobs = await mine.claim(10);
        expect(jobs.filter((job) => job.organizationId === rig.seed.organizationId)).toHaveLength(2);
        expect(jobs).toHaveLength(3);
      });

      test('ends jobs whose connection was switched off in the meantime', async () => {
        const id = await rig.seed.addOrder();
        const jobId = await rig.seed.enqueue(id);
        await rig.store.db.updateTable('connection').set({ enabled: 0 }).execute();
        expect(await rig.claimer('a').claim(1)).toEqual([]);
        expect(await rig.jobRow(jobId)).toMatchObject({ state: 'cancelled', error_code: 'sync_not_active' });
      });
    });
  });
}
