import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { FarEndGone } from '@tributary/connectors/kit/far-end-gone';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../test/harness/eventually.ts';
import type { MakeHome } from '../jobs/testing/queue-rig.ts';
import { onFailpoint } from '../lib/failpoints.ts';
import type { ConnectionId } from '../lib/ids.ts';
import type { HeldConnections } from './held-connections.ts';
import { recordNotice } from './notices/record.ts';
import { PlayedCarrier, useNotifications } from './testing/notification-rig.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function holding(connections: Readonly<Record<ConnectionId, PlayedCarrier | Error>>): HeldConnections {
  return {
    get(id) {
      const found = connections[id];
      if (found instanceof Error) throw found;
      return found;
    },
  };
}

/** How what was written down goes out, on every control store. */
export function describeDelivering(name: string, make: MakeHome): void {
  describe(`how notifications go out on ${name}`, () => {
    const rig = useNotifications(make);
    afterEach(() => onFailpoint(() => undefined));

    /** A failed sync of a source of its own. */
    async function happen(error = 'It is away.'): Promise<void> {
      const sourceConnectionId = await rig.seed.addOrder();
      const happening = { kind: 'sync.failed', jobId: 'j', errorCode: 'away', error } as const;
      const about = { organizationId: rig.seed.organizationId, subject: { sourceConnectionId }, now: rig.clock.now() };
      await rig.store.transaction((tx) => recordNotice(tx, { ...about, happening }));
    }

    test('a notice goes out once, in plain words and with a link, and its rule says when', async () => {
      const { ruleId, carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      const onOutcome = vi.fn<(outcome: string) => void>();
      const publicUrl = 'https://tributary.example.com/';
      const sender = rig.sender(holding({ [carrier]: played }), { onOutcome, publicUrl });
      await sender.look();
      await sender.settled();
      await sender.look();
      await sender.settled();
      const [delivery] = await rig.deliveries();
      expect(played.got).toHaveLength(1);
      expect(played.got[0]).toMatchObject({ id: delivery?.id, kind: 'sync.failed', severity: 'error' });
      expect(played.got[0]?.title).toBe('The sync of Orders failed');
      expect(played.got[0]?.text).toMatch(
        /failed: It is away\.\n.*start it again.*\nhttps:\/\/tributary\.example\.com\/tributary\/v1\/source-connections\/[0-9a-f-]{36}\/status$/,
      );
      expect(delivery).toMatchObject({ state: 'sent', attempts: 1, reason: null });
      expect(await rig.rule(ruleId)).toEqual({
        enabled: 1,
        last_sent_at: rig.clock.now(),
        last_error: null,
        last_error_at: null,
      });
      expect(onOutcome.mock.calls).toEqual([['sent']]);
    });

    test('what is not taken is tried again under the same id, and the rule says why until it is', async () => {
      const { ruleId, carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      played.faults.push(new ConnectorError('unavailable', 'Nobody listens there.'), new Error('secret detail'));
      const outcomes: string[] = [];
      const sender = rig.sender(holding({ [carrier]: played }), { onOutcome: (one) => outcomes.push(one) });
      const look = async () => {
        await sender.look();
        await sender.settled();
      };
      await look();
      expect(await rig.rule(ruleId)).toMatchObject({ last_error: 'Nobody listens there.', last_sent_at: null });
      const [waiting] = await rig.deliveries();
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, reason: 'Nobody listens there.' });
      expect(waiting?.next_attempt_at).toBe(rig.clock.now() + 5_000);
      await look();
      expect(outcomes).toEqual(['retried']);
      rig.clock.advance(5_000);
      await look();
      expect((await rig.rule(ruleId)).last_error).toMatch(/^Something went wrong on our side/);
      rig.clock.advance(10_000);
      await look();
      expect(outcomes).toEqual(['retried', 'retried', 'sent']);
      expect(played.got.map(({ id }) => id)).toEqual([waiting?.id]);
      expect(await rig.rule(ruleId)).toMatchObject({ last_error: null, last_sent_at: rig.clock.now() });
    });

    test('F1-9 a far end that is gone for good switches the rule off, and nothing more goes there', async () => {
      const { ruleId, carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      played.faults.push(new FarEndGone('hooks.example.com answered 410: it is gone.'));
      const outcomes: string[] = [];
      const sender = rig.sender(holding({ [carrier]: played }), { onOutcome: (one) => outcomes.push(one) });
      await sender.look();
      await sender.settled();
      expect(outcomes).toEqual(['failed']);
      const last = { last_error: 'hooks.example.com answered 410: it is gone.', enabled: 0 };
      expect(await rig.rule(ruleId)).toMatchObject(last);
      rig.clock.advance(20 * MINUTE);
      await happen();
      await sender.look();
      await sender.settled();
      expect(played.got).toEqual([]);
    });

    test('what nobody takes for a day has failed, with the last reason', async () => {
      const { ruleId, carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      const sender = rig.sender(holding({ [carrier]: played }));
      let attempts = 0;
      for (; (await rig.deliveries())[0]?.state === 'waiting'; attempts += 1) {
        played.faults.push(new ConnectorError('unavailable', `No ${attempts}.`));
        await sender.look();
        await sender.settled();
        rig.clock.advance(60 * MINUTE);
      }
      expect(attempts).toBeGreaterThan(20);
      const last = { reason: `No ${attempts - 1}.`, attempts };
      expect(await rig.deliveries()).toMatchObject([{ state: 'failed', ...last }]);
      expect(await rig.rule(ruleId)).toMatchObject({ last_error: last.reason });
      expect(played.got).toEqual([]);
    });

    test('a connection that this worker does not hold leaves it waiting with the reason, and it goes out once it does', async () => {
      const [undeployed, off, broken] = [await rig.addRule(), await rig.addRule(), await rig.addRule()];
      await rig.store.db.updateTable('connection').set({ enabled: 0 }).where('id', '=', off.carrier).execute();
      await happen();
      const why = new ConnectorError('configuration', 'The environment has no variable for ${host}.');
      const connections: Record<ConnectionId, PlayedCarrier | Error> = { [broken.carrier]: why };
      const sender = rig.sender(holding(connections));
      await sender.look();
      const reasons = new Map((await rig.deliveries()).map((one) => [one.rule_id, one.reason]));
      expect(reasons.get(undeployed.ruleId)).toMatch(/is not deployed to the workers of the environment production/);
      expect(reasons.get(off.ruleId)).toMatch(/is switched off; enable it/);
      expect(reasons.get(broken.ruleId)).toBe(why.message);
      expect((await rig.rule(broken.ruleId)).last_error).toBe(why.message);
      const played = new PlayedCarrier();
      connections[undeployed.carrier] = played;
      await sender.look();
      await sender.settled();
      expect(played.got).toHaveLength(1);
      const dropped: string[] = [];
      rig.clock.advance(DAY + 1);
      const later = rig.sender(holding({}), { onOutcome: (one) => dropped.push(one) });
      await later.look();
      expect(dropped).toEqual(['dropped', 'dropped']);
      const states = new Map((await rig.deliveries()).map((one) => [one.rule_id, one]));
      expect(states.get(undeployed.ruleId)?.state).toBe('sent');
      expect(states.get(off.ruleId)).toMatchObject({ state: 'dropped', reason: reasons.get(off.ruleId) });
    });

    test('workers of another environment do not touch it', async () => {
      const { carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      const sender = rig.sender(holding({ [carrier]: played }), { environmentKey: 'staging' });
      await sender.look();
      await sender.settled();
      expect(played.got).toEqual([]);
      expect(await rig.deliveries()).toMatchObject([{ state: 'waiting', reason: null, attempts: 0 }]);
    });

    test('a worker that dies between sending and writing that down has it sent twice under one id, never lost', async () => {
      const { carrier } = await rig.addRule();
      await happen();
      const played = new PlayedCarrier();
      onFailpoint((at) => {
        if (at === 'notification.sent') throw new Error('the worker is gone');
      });
      const dying = rig.sender(holding({ [carrier]: played }));
      await dying.look();
      await dying.settled();
      onFailpoint(() => undefined);
      expect(await rig.deliveries()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
      const other = rig.sender(holding({ [carrier]: played }), { owner: 'worker-b', control: rig.other });
      await other.look();
      await other.settled();
      expect(played.got).toHaveLength(1);
      rig.clock.advance(MINUTE + 1);
      await other.look();
      await other.settled();
      expect(played.got.map(({ id }) => id)).toEqual([played.got[0]?.id, played.got[0]?.id]);
      expect(await rig.deliveries()).toMatchObject([{ state: 'sent', attempts: 2 }]);
    });

    test('two workers that look at the same time send each notice once, and one connection gets two at once at most', async () => {
      const { carrier } = await rig.addRule();
      for (let count = 0; count < 12; count += 1) await happen(`Fault ${count}`);
      const [one, two] = [new PlayedCarrier(), new PlayedCarrier()];
      const senders = [
        rig.sender(holding({ [carrier]: one })),
        rig.sender(holding({ [carrier]: two }), { owner: 'worker-b', control: rig.other }),
      ];
      for (let round = 0; round < 12; round += 1) {
        await Promise.all(senders.map((sender) => sender.look()));
        await Promise.all(senders.map((sender) => sender.settled()));
      }
      const ids = [...one.got, ...two.got].map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
      expect(Math.max(one.most, two.most)).toBeLessThanOrEqual(2);
    });

    test('a far end that does not answer does not keep the others waiting, and is tried again', async () => {
      const [silent, quick] = [await rig.addRule(), await rig.addRule()];
      await happen();
      const mute = new PlayedCarrier();
      const gate = Promise.withResolvers<void>();
      mute.gate = gate.promise;
      const played = new PlayedCarrier();
      const late = Promise.withResolvers<void>();
      const clock = { now: () => rig.clock.now(), sleep: () => late.promise };
      const sender = rig.sender(holding({ [silent.carrier]: mute, [quick.carrier]: played }), { clock });
      await sender.look();
      await eventually('the other notice', async () => played.got[0]);
      late.resolve();
      await sender.settled();
      const waiting = (await rig.deliveries()).find(({ rule_id }) => rule_id === silent.ruleId);
      expect(waiting).toMatchObject({ state: 'waiting', reason: 'The far end did not answer within 30 seconds.' });
      gate.resolve();
    });

    test('runs until it is told to stop, wakes at once, and goes on after a fault of the store', async () => {
      const { carrier } = await rig.addRule();
      const played = new PlayedCarrier();
      let broken = true;
      const control = {
        ...rig.store,
        db: rig.store.db,
        dialect: rig.store.dialect,
        transaction: ((work) =>
          broken ? Promise.reject(new Error('away')) : rig.store.transaction(work)) as typeof rig.store.transaction,
      };
      const sender = rig.sender(holding({ [carrier]: played }), { control });
      const stop = new AbortController();
      const running = sender.run(stop.signal);
      await happen();
      broken = false;
      sender.wake();
      await eventually('the notice', async () => played.got[0]);
      stop.abort();
      await running;
      expect(await rig.deliveries()).toMatchObject([{ state: 'sent' }]);
    });
  });
}
