import { beforeEach, describe, expect, test } from 'vitest';
import { upsertCredential } from '../../../connections/repository.ts';
import type { Queryable } from '../../../control/database.ts';
import { useQueue, type MakeHome } from '../../../jobs/testing/queue-rig.ts';
import { must } from '../../../lib/asserts.ts';
import type { ConnectionId } from '../../../lib/ids.ts';
import type { CredentialRef } from '../credential-ref.ts';
import type { KeptRow, RenewalLease } from './repository.ts';
import {
  extendLease,
  findKept,
  listDue,
  pauseSchedules,
  releaseLease,
  storeRefusal,
  storeRenewed,
  takeLease,
  updateRenewAt,
} from './repository.ts';

const sealed = (ciphertext: string) => ({ key_id: 'k', wrapped_key: 'w', ciphertext });
const times = { expires_at: 5_000, renew_at: null };

/** What the lease on a credential must do on every control store. */
export function describeRenewalLease(name: string, make: MakeHome): void {
  describe(`the lease on a credential on ${name}`, () => {
    const rig = useQueue(make);
    let ref: CredentialRef;

    const give = (ciphertext: string, renew_at: number | null = null) =>
      upsertCredential(rig.store.db, ref.organizationId, {
        connection_id: ref.connectionId,
        ...sealed(ciphertext),
        updated_at: rig.clock.now(),
        renew_at,
      });
    const row = async (): Promise<KeptRow> => must(await findKept(rig.store.db, ref), 'a credential');
    const take = (owner: string, db: Queryable = rig.store.db, ciphertext = 'one') =>
      takeLease(db, ref, { owner, until: rig.clock.now() + 1_000, ciphertext });
    const taken = async (owner: string): Promise<RenewalLease> => must(await take(owner), 'a free lease');
    const answer = (seen = 'one', ciphertext = 'two') => ({ seen, sealed: sealed(ciphertext), times, now: 7 });

    beforeEach(async () => {
      await rig.store.db.deleteFrom('credential').execute();
      const source = await rig.seed.addOrder();
      const { connection_id } = await rig.store.db
        .selectFrom('source_connection')
        .select('connection_id')
        .where('id', '=', source)
        .executeTakeFirstOrThrow();
      ref = { organizationId: rig.seed.organizationId, connectionId: connection_id };
      await give('one');
    });

    test('F1-8 of many that reach for it at once, one has it', async () => {
      const all = Array.from({ length: 40 }, (_, i) => take(`p${i}`, i % 2 === 0 ? rig.store.db : rig.other.db));
      const got = (await Promise.all(all)).filter((lease) => lease !== undefined);
      expect(got).toHaveLength(1);
      expect(await row()).toMatchObject({ renewal_owner: got[0]?.owner, renewal_fence: got[0]?.fence });
      expect(await take('late')).toBeUndefined();
    });

    test('is given back with what the provider answered, and the next has a higher fence', async () => {
      const lease = await taken('a');
      expect(await storeRenewed(rig.store.db, lease, answer())).toBe(true);
      expect(await row()).toMatchObject({ ...sealed('two'), ...times, updated_at: 7, renewal_owner: null });
      const next = must(await take('b', rig.other.db, 'two'), 'a free lease');
      expect(next.fence).toBeGreaterThan(lease.fence);
    });

    test('is taken over only as it was last seen, and its old owner writes nothing any more', async () => {
      const lease = await taken('a');
      const seen = await row();
      expect(await extendLease(rig.store.db, lease, rig.clock.now() + 2_000)).toBe(true);
      const over = { owner: 'b', until: 9, ciphertext: 'one' };
      expect(await takeLease(rig.other.db, ref, { ...over, seen })).toBeUndefined();
      const second = must(await takeLease(rig.other.db, ref, { ...over, seen: await row() }), 'a lease to take over');
      expect(await extendLease(rig.store.db, lease, 99)).toBe(false);
      expect(await storeRenewed(rig.store.db, lease, answer())).toBe(false);
      expect(await storeRefusal(rig.store.db, lease, { seen: 'one', reason: 'gone' })).toBe(false);
      expect(await releaseLease(rig.store.db, lease, null)).toBe(false);
      // Neither its name nor its number alone proves anything.
      expect(await storeRenewed(rig.store.db, { ...lease, fence: second.fence }, answer())).toBe(false);
      expect(await storeRenewed(rig.store.db, { ...second, owner: 'a' }, answer())).toBe(false);
      expect(await row()).toMatchObject({ ciphertext: 'one', renewal_owner: 'b', refused_reason: null });
      expect(await storeRenewed(rig.other.db, second, answer())).toBe(true);
    });

    test('a credential that a person has given meanwhile stays, and forgets what was known of the one before', async () => {
      const lease = await taken('a');
      await give('mine', 123);
      expect(await storeRenewed(rig.store.db, lease, answer())).toBe(false);
      expect(await storeRefusal(rig.store.db, lease, { seen: 'one', reason: 'gone' })).toBe(false);
      const now = await row();
      expect(now).toMatchObject({ ciphertext: 'mine', renewal_owner: null, expires_at: null, renew_at: 123 });
      expect(now.renewal_fence).toBeGreaterThan(lease.fence);
    });

    test('a refusal is stored once, keeps everybody from asking, and ends with a new credential', async () => {
      const lease = await taken('a');
      expect(await storeRefusal(rig.store.db, lease, { seen: 'other', reason: 'gone' })).toBe(false);
      expect(await storeRefusal(rig.store.db, lease, { seen: 'one', reason: 'gone' })).toBe(true);
      expect(await storeRefusal(rig.store.db, lease, { seen: 'one', reason: 'gone' })).toBe(false);
      expect(await row()).toMatchObject({ refused_reason: 'gone', renewal_owner: null });
      expect(await take('b')).toBeUndefined();
      await give('two');
      expect(await row()).toMatchObject({ refused_reason: null });
      expect(await take('b', rig.store.db, 'two')).toBeDefined();
    });

    test('pauses the schedules that read with it, and none that a person has paused', async () => {
      const mine = await rig.seed.addOrder({ paused_by: 'user', paused_at: 1 });
      await rig.store.db
        .updateTable('source_connection')
        .set({ connection_id: ref.connectionId })
        .where('id', '=', mine)
        .execute();
      await rig.seed.addOrder();
      await pauseSchedules(rig.store.db, ref, 77);
      const rows = await rig.store.db.selectFrom('source_connection').select(['paused_by', 'paused_at']).execute();
      const found = rows.toSorted((a, b) => String(a.paused_by).localeCompare(String(b.paused_by)));
      expect(found).toEqual([
        { paused_by: 'credential', paused_at: 77 },
        { paused_by: null, paused_at: null },
        { paused_by: 'user', paused_at: 1 },
      ]);
    });

    test('tells what is due, but for what is being renewed, refused, or left alone for a while', async () => {
      const due = async () => (await listDue(rig.store.db, rig.clock.now(), 10)).map((one) => one.connection_id);
      expect(await due()).toEqual([]);
      await give('one', rig.clock.now());
      expect(await due()).toEqual([ref.connectionId]);
      const lease = await taken('a');
      expect(await due()).toEqual([]);
      await releaseLease(rig.store.db, lease, rig.clock.now() + 10);
      expect(await due()).toEqual([]);
      rig.clock.advance(10);
      expect(await due()).toEqual([ref.connectionId]);
      await updateRenewAt(rig.store.db, ref, { ciphertext: 'other', renewAt: null });
      expect(await due()).toEqual([ref.connectionId]);
      await updateRenewAt(rig.store.db, ref, { ciphertext: 'one', renewAt: null });
      expect(await due()).toEqual([]);
      await give('two', rig.clock.now());
      await storeRefusal(rig.store.db, must(await take('b', rig.store.db, 'two'), 'a free lease'), {
        seen: 'two',
        reason: 'gone',
      });
      expect(await due()).toEqual([]);
    });

    test('another organization finds nothing by the id of the connection', async () => {
      const foreign = { ...ref, organizationId: 'other' as CredentialRef['organizationId'] };
      expect(await findKept(rig.store.db, foreign)).toBeUndefined();
      const options = { owner: 'x', until: 1, ciphertext: 'one' };
      expect(await takeLease(rig.store.db, foreign, options)).toBeUndefined();
      expect(await findKept(rig.store.db, { ...ref, connectionId: 'none' as ConnectionId })).toBeUndefined();
    });
  });
}
