import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId, SourceConnectionId } from '../lib/ids.ts';
import type { SyncOutcome } from '../engine/outcome.ts';
import { createClaimer } from './claim.ts';
import { listEventsSince } from './events.ts';
import { finishJob } from './finish.ts';
import { setCounts } from './leases.ts';
import { findLiveJob, requestCancel } from './queue.ts';
import { nextRunAt } from './schedule.ts';
import { createScheduler } from './scheduler.ts';
import type { Seed, TestClock } from './testing/seed.ts';
import { seedOrganization, testClock } from './testing/seed.ts';

const HOUR = 3_600_000;
const counts = { inserted: 1, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 1 };
const log = { warn: () => undefined };

/** What schedules, ends of jobs and events must do on every control store. */
export function describeScheduler(name: string, make: (clock: Clock) => Promise<ControlStoreHome>): void {
  describe(`scheduler on ${name}`, () => {
    let home: ControlStoreHome;
    let clock: TestClock;
    let store: ControlStore;
    let seed: Seed;

    beforeAll(async () => {
      home = await make({ now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
    });
    afterAll(() => home.remove());
    beforeEach(async () => {
      clock = testClock();
      store = await home.open();
      await store.db.deleteFrom('source_connection').execute();
      seed = await seedOrganization(store, clock);
    });
    afterEach(() => store.close());

    const tick = (batch = 200, on = store) => createScheduler({ control: on, clock, log, batch }).tick();
    const order = (id: SourceConnectionId) =>
      store.db.selectFrom('source_connection').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const jobs = (id: SourceConnectionId) =>
      store.db
        .selectFrom('sync_job')
        .selectAll()
        .where('source_connection_id', '=', id)
        .orderBy('requested_at')
        .execute();
    const hourly = (next = clock.now()) => ({ cron: '0 * * * *', next_run_at: next });
    async function claim() {
      const [job] = await createClaimer({ control: store, clock, owner: 'a', leaseMs: 30_000 }).claim(1);
      return { jobId: job!.id, owner: 'a', fence: job!.fence };
    }
    const finish = async (outcome: SyncOutcome, lasted = 0) => {
      const lease = await claim();
      clock.advance(lasted);
      return finishJob(store.db, { lease, outcome, now: clock.now() });
    };
    const failure = {
      type: 'failed',
      code: 'refused',
      message: 'Renew the key.',
      category: 'api_key_invalid',
      counts,
    } as const;

    test('G4-29 starts what is due once, and nothing before its time', async () => {
      const id = await seed.addOrder(hourly(clock.now() + 1));
      expect(await tick()).toBe(0);
      clock.advance(1);
      expect(await tick()).toBe(1);
      expect(await tick()).toBe(0);
      expect(await jobs(id)).toMatchObject([{ state: 'pending', trigger_kind: 'schedule' }]);
      expect((await order(id)).next_run_at).toBe(Date.parse('2026-05-01T13:00:00Z'));
    });

    test('G4-29 two schedulers at once start each tick once', async () => {
      const other = await home.open();
      const ids = await seed.addOrders(40, hourly());
      await Promise.all([tick(200, store), tick(200, other), tick(200, store), tick(200, other)]);
      for (const id of ids) expect(await jobs(id)).toHaveLength(1);
      await other.close();
    });

    test('G4-29 ticks that were missed for six hours are one run', async () => {
      const id = await seed.addOrder(hourly());
      clock.advance(6 * HOUR + 1);
      await tick();
      expect(await jobs(id)).toHaveLength(1);
      expect((await order(id)).next_run_at).toBe(Date.parse('2026-05-01T19:00:00Z'));
    });

    test.each([
      ['skips', '2027-03-27T12:00:00Z', ['2027-03-28T01:00', '2027-03-29T00:30', '2027-03-30T00:30']],
      ['repeats', '2026-10-24T12:00:00Z', ['2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30']],
    ])(
      'G4-29 a time of the day that the clock change %s still runs once a day, on two schedulers',
      async (_, from, runs) => {
        const other = await home.open();
        const timezone = 'Europe/Berlin';
        clock.advance(Date.parse(from) - clock.now());
        const cron = '30 2 * * *';
        const id = await seed.addOrder({ cron, timezone, next_run_at: nextRunAt(cron, timezone, clock.now()) });
        for (let minutes = 0; minutes < 3 * 24 * 60; minutes += 30) {
          clock.advance(30 * 60_000);
          await Promise.all([tick(200, store), tick(200, other)]);
          if (await findLiveJob(store.db, seed.organizationId, id))
            await finish({ type: 'completed', counts, held: [] });
        }
        expect((await jobs(id)).map((job) => new Date(job.requested_at).toISOString().slice(0, 16))).toEqual(runs);
        await other.close();
      },
    );

    test('G4-29 a cron expression that is edited while it is due runs once or not at all, and then as it says now', async () => {
      const other = await home.open();
      for (let round = 0; round < 10; round += 1) {
        const id = await seed.addOrder(hourly());
        const next = nextRunAt('0 5 * * *', 'UTC', clock.now());
        const edit = other.transaction((tx) =>
          tx
            .updateTable('source_connection')
            .set({ cron: '0 5 * * *', next_run_at: next })
            .where('id', '=', id)
            .execute(),
        );
        await Promise.all([tick(200, store), edit, tick(200, other)]);
        expect((await jobs(id)).length).toBeLessThanOrEqual(1);
        expect((await order(id)).next_run_at).toBe(next);
      }
      await other.close();
    });

    test('a tick during a live job is dropped, and the schedule moves on', async () => {
      const id = await seed.addOrder(hourly());
      await tick();
      clock.advance(HOUR);
      expect(await tick()).toBe(1);
      expect(await jobs(id)).toHaveLength(1);
      expect((await order(id)).next_run_at).toBe(Date.parse('2026-05-01T14:00:00Z'));
    });

    test('paused, deleted, switched off and unfinished ones never start', async () => {
      const ids = [
        await seed.addOrder({ ...hourly(), paused_by: 'user' }),
        await seed.addOrder({ ...hourly(), deleted_at: 1 }),
        await seed.addOrder({ ...hourly(), sync_id: null }),
        await seed.addOrder(hourly()),
      ];
      await store.db
        .updateTable('connection')
        .set({ enabled: 0 })
        .where('id', '=', (await order(ids[3]!)).connection_id)
        .execute();
      await tick();
      for (const id of ids) expect(await jobs(id)).toEqual([]);
      expect((await order(ids[3]!)).next_run_at).toBe(Date.parse('2026-05-01T13:00:00Z'));
    });

    test('an organization with one schedule does not wait for another with a thousand', async () => {
      await seed.addOrders(1_000, hourly(clock.now() - HOUR));
      const small = await seedOrganization(store, clock);
      const id = await small.addOrder(hourly());
      await tick(50);
      expect(await findLiveJob(store.db, small.organizationId, id)).toBeDefined();
      expect(await store.db.selectFrom('sync_job').select('id').execute()).not.toHaveLength(1_001);
    });

    test('a job that waits becomes claimable when its moment has come', async () => {
      await seed.enqueue(await seed.addOrder());
      await finish({ type: 'postponed', at: clock.now() + 60_000, reason: 'rate limit', counts });
      clock.advance(60_000);
      await tick();
      expect(await claim()).toMatchObject({ fence: 2 });
    });

    test('an interrupted job is followed at once by another, which still reads everything when the first had to', async () => {
      const id = await seed.addOrder({ cron: '0 0 * * *', next_run_at: clock.now() + 9 * HOUR });
      await seed.enqueue(id, true);
      await finish({ type: 'interrupted', counts });
      clock.advance(1);
      await tick();
      expect(await jobs(id)).toMatchObject([
        { state: 'interrupted' },
        { state: 'pending', trigger_kind: 'resume', full_refresh: 1 },
      ]);
      expect((await order(id)).next_run_at).toBe(Date.parse('2026-05-02T00:00:00Z'));
    });

    test('a continuous schedule starts again some seconds after each end, and rests after a failure', async () => {
      const id = await seed.addOrder({ continuous: 1, continuous_every_seconds: 7, next_run_at: clock.now() });
      await tick();
      expect((await order(id)).next_run_at).toBeNull();
      await finish({ type: 'completed', counts, held: [] });
      expect((await order(id)).next_run_at).toBe(clock.now() + 7_000);
      clock.advance(7_000);
      await tick();
      await finish({ ...failure, category: null });
      expect((await order(id)).next_run_at).toBe(clock.now() + 60_000);
      clock.advance(60_000);
      await tick();
      const live = await findLiveJob(store.db, seed.organizationId, id);
      await requestCancel(store.db, { organizationId: seed.organizationId, jobId: live!.id, now: clock.now() });
      expect((await order(id)).next_run_at).toBe(clock.now() + 7_000);
    });

    test('a source that was followed for long, and asks for a short rest only, is followed on at once', async () => {
      const id = await seed.addOrder({ continuous: 1, continuous_every_seconds: 1, next_run_at: clock.now() });
      for (const [lasted, rest] of [
        [5_000, 1_000],
        [60_000, 0],
      ] as const) {
        await tick();
        await finish({ type: 'completed', counts, held: [] }, lasted);
        expect((await order(id)).next_run_at).toBe(clock.now() + rest);
        clock.advance(rest);
      }
    });

    test('G4-20 a refused credential pauses the schedule, and says so once', async () => {
      const id = await seed.addOrder(hourly());
      await tick();
      expect(await finish(failure)).toMatchObject({
        credentialPaused: true,
        job: { state: 'failed', error_category: 'api_key_invalid' },
      });
      expect(await order(id)).toMatchObject({ paused_by: 'credential', paused_at: clock.now() });
      clock.advance(HOUR);
      expect(await tick()).toBe(0);
      await store.db.updateTable('source_connection').set({ paused_by: null }).execute();
      await tick();
      await store.db.updateTable('source_connection').set({ paused_by: 'user' }).execute();
      expect(await finish(failure)).toMatchObject({ credentialPaused: false });
      expect(await order(id)).toMatchObject({ paused_by: 'user' });
    });

    test('G4-18 a held sweep waits for a person, and is forgotten by the next job that holds none', async () => {
      const id = await seed.addOrder();
      const held = [{ stream: 'issues', unseen: 90, total: 100 }];
      await seed.enqueue(id);
      await finish({ type: 'completed', counts, held });
      expect(JSON.parse((await order(id)).sweep_held ?? 'null')).toEqual(held);
      await store.db.updateTable('source_connection').set({ sweep_confirmed: 1 }).execute();
      await seed.enqueue(id);
      await finish({ type: 'completed', counts, held: [] });
      expect(await order(id)).toMatchObject({ sweep_held: null, sweep_confirmed: 0 });
    });

    test('one schedule that cannot be read does not stop the others', async () => {
      const bad = await seed.addOrder({ ...hourly(), timezone: 'Atlantis/City' });
      const good = await seed.addOrder(hourly());
      await tick();
      expect(await jobs(good)).toHaveLength(1);
      expect((await order(bad)).next_run_at).toBeNull();
    });

    describe('events', () => {
      const kinds = async (jobId: JobId, after = 0) =>
        (await listEventsSince(store.db, seed.organizationId, jobId, after)).map(
          (event) => `${event.sequence} ${event.kind} ${event.state}`,
        );

      test('tell every state and progress in order, each with the counts', async () => {
        await seed.enqueue(await seed.addOrder());
        const lease = await claim();
        await setCounts(store.db, lease, { counts, sequence: 1, encountered: { Issue: 4 } }, clock.now());
        await finishJob(store.db, { lease: lease, outcome: failure, now: clock.now() });
        expect(await kinds(lease.jobId)).toEqual([
          '1 state pending',
          '2 state running',
          '3 progress running',
          '4 state failed',
        ]);
        expect(await kinds(lease.jobId, 3)).toEqual(['4 state failed']);
        const [pending, running, progress, end] = await listEventsSince(store.db, seed.organizationId, lease.jobId, -1);
        const none = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };
        for (const event of [pending, running])
          expect(event).toMatchObject({ counts: none, encountered: {}, error: null, at: clock.now() });
        expect(progress).toMatchObject({ counts, encountered: { Issue: 4 }, error: null, at: clock.now() });
        expect(end).toMatchObject({ counts, error: 'Renew the key.' });
      });

      test('stay inside the organization', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const stranger = await seedOrganization(store, clock);
        expect(await listEventsSince(store.db, stranger.organizationId, jobId, -1)).toEqual([]);
      });

      test('a cancellation beside progress never gives two events one number', async () => {
        const other = await home.open();
        const jobId = await seed.enqueue(await seed.addOrder());
        const lease = await claim();
        const progress = (on: ControlStore) =>
          on.transaction((tx) => setCounts(tx, lease, { counts, sequence: 1, encountered: {} }, clock.now()));
        await Promise.all([
          ...Array.from({ length: 10 }, (_, i) => progress(i % 2 === 0 ? store : other)),
          other.transaction((tx) =>
            requestCancel(tx, { organizationId: seed.organizationId, jobId, now: clock.now() }),
          ),
        ]);
        const events = await listEventsSince(store.db, seed.organizationId, jobId, 0);
        expect(events.map((event) => event.sequence)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
        await other.close();
      });

      test('a job that runs for days keeps its newest progress only, and every state', async () => {
        const jobId = await seed.enqueue(await seed.addOrder());
        const lease = await claim();
        for (let i = 0; i < 260; i += 1)
          await setCounts(store.db, lease, { counts, sequence: i, encountered: {} }, clock.now());
        const events = await listEventsSince(store.db, seed.organizationId, jobId, 0);
        expect(events.filter((event) => event.kind === 'progress')).toHaveLength(200);
        expect(events.slice(0, 2).map((event) => event.state)).toEqual(['pending', 'running']);
        expect(events.at(-1)?.sequence).toBe(262);
      });
    });
  });
}
