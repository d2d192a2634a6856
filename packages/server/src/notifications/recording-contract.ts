import { describe, expect, test } from 'vitest';
import { finishJob } from '../jobs/finish.ts';
import { keepSchema } from '../jobs/keep-schema.ts';
import { leaseOf, type MakeHome } from '../jobs/testing/queue-rig.ts';
import type { ErrorCategory } from '../control/schema.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import { recordCredentialLoss } from './notices/credential-loss.ts';
import { useNotifications } from './testing/notification-rig.ts';

const MINUTE = 60_000;
const counts = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };
const held = (stream: string) => ({ stream, unseen: 90, total: 100 });

/** What is told of, and how often, on every control store. */
export function describeRecording(name: string, make: MakeHome): void {
  describe(`what is told of on ${name}`, () => {
    const rig = useNotifications(make);
    const kinds = async () => (await rig.deliveries()).map(({ kind }) => kind);

    async function run(id: SourceConnectionId, outcome: Parameters<typeof finishJob>[1]['outcome']): Promise<void> {
      await rig.seed.enqueue(id);
      const lease = leaseOf(await rig.claimOne('a'), 'a');
      await rig.store.transaction((tx) => finishJob(tx, { lease, outcome, now: rig.clock.now() }));
    }
    const fail = (id: SourceConnectionId, code = 'source_unreachable', category: ErrorCategory | null = null) =>
      run(id, { type: 'failed', code, message: `The source says ${code}.`, category, counts });
    const complete = (id: SourceConnectionId, streams: readonly string[] = []) =>
      run(id, { type: 'completed', counts, held: streams.map(held) });

    test('a sync that failed is told with names, words and what to do, in the transaction of its end', async () => {
      const { ruleId } = await rig.addRule();
      const source = await rig.seed.addOrder();
      await rig.seed.enqueue(source);
      const lease = leaseOf(await rig.claimOne('a'), 'a');
      const outcome = { type: 'failed', code: 'x', message: 'It is away.', category: null, counts } as const;
      const broken = rig.store.transaction(async (tx) => {
        await finishJob(tx, { lease, outcome, now: rig.clock.now() });
        throw new Error('lost');
      });
      await expect(broken).rejects.toThrow('lost');
      expect(await rig.deliveries()).toEqual([]);
      await rig.store.transaction((tx) => finishJob(tx, { lease, outcome, now: rig.clock.now() }));
      const [told, ...more] = await rig.deliveries();
      expect(more).toEqual([]);
      expect(told).toMatchObject({ kind: 'sync.failed', severity: 'error', rule_id: ruleId, state: 'waiting' });
      expect(JSON.parse(told?.facts ?? '')).toMatchObject({
        kind: 'sync.failed',
        jobId: lease.jobId,
        errorCode: 'x',
        error: 'It is away.',
        project: 'default',
        sourceConnections: [{ id: source, name: 'Orders' }],
      });
    });

    test('nothing is written where no rule asks: none there, another event, switched off, of another source, too mild', async () => {
      const [source, other] = [await rig.seed.addOrder(), await rig.seed.addOrder()];
      await fail(source);
      await rig.addRule({ events: '["schema.changed","sweep.held"]', min_severity: 'error' });
      await rig.addRule({ enabled: 0 });
      await rig.addRule({ source_connections: JSON.stringify([other]) });
      await fail(source);
      await complete(source, ['issues']);
      expect(await rig.deliveries()).toEqual([]);
      const ofOrganization = rig.store.db.selectFrom('notice').where('organization_id', '=', rig.seed.organizationId);
      expect(await ofOrganization.selectAll().execute()).toEqual([]);
      await fail(other);
      expect(await kinds()).toEqual(['sync.failed']);
    });

    test('an attempt that is put off, a cancellation and a stop are no failures', async () => {
      await rig.addRule();
      const source = await rig.seed.addOrder();
      await run(source, { type: 'cancelled', counts });
      await run(source, { type: 'interrupted', counts });
      await run(source, { type: 'postponed', at: rig.clock.now() + MINUTE, reason: 'busy', counts });
      expect(await rig.deliveries()).toEqual([]);
    });

    test('the same is told once in a quarter of an hour, and then how often it was held back; another reason at once', async () => {
      await rig.addRule();
      const source = await rig.seed.addOrder();
      for (let time = 0; time < 3; time += 1) {
        await fail(source);
        rig.clock.advance(MINUTE);
      }
      expect((await rig.deliveries()).map(({ repeats }) => repeats)).toEqual([0]);
      rig.clock.advance(15 * MINUTE);
      await fail(source);
      rig.clock.advance(MINUTE);
      await fail(source, 'schema_refused');
      expect((await rig.deliveries()).map(({ repeats }) => repeats)).toEqual([0, 2, 0]);
      await fail(await rig.seed.addOrder());
      expect(await rig.deliveries()).toHaveLength(4);
    });

    test('a refused credential is told once for all that read with it; whoever does not ask for that hears of the sync', async () => {
      const { ruleId } = await rig.addRule();
      const plain = await rig.addRule({ events: '["sync.failed"]' });
      const source = await rig.seed.addOrder();
      const connection_id = await rig.connectionOf(source);
      const second = await rig.seed.addOrder();
      await rig.store.db.updateTable('source_connection').set({ connection_id }).where('id', '=', second).execute();
      for (const id of [source, second]) {
        await fail(id, 'credential_refused', 'api_key_invalid');
        rig.clock.advance(60 * MINUTE);
      }
      const told = await rig.deliveries();
      expect(told.filter(({ rule_id }) => rule_id === ruleId).map(({ kind }) => kind)).toEqual([
        'credential.needs_renewal',
      ]);
      expect(told.filter(({ rule_id }) => rule_id === plain.ruleId).map(({ kind }) => kind)).toEqual([
        'sync.failed',
        'sync.failed',
      ]);
    });

    test('a grant that its provider takes back is told once, whoever finds it out first', async () => {
      await rig.addRule();
      const { organizationId } = rig.seed;
      const lose = async (source: SourceConnectionId) => {
        const connectionId = await rig.connectionOf(source);
        const loss = { organizationId, connectionId, reason: 'invalid_grant', now: rig.clock.now() };
        await rig.store.transaction((tx) => recordCredentialLoss(tx, loss));
      };
      const [first, second] = [await rig.seed.addOrder(), await rig.seed.addOrder()];
      await lose(first);
      await fail(first, 'credential_refused', 'oauth_credentials_expired');
      expect(await kinds()).toEqual(['credential.needs_renewal']);
      await fail(second, 'credential_refused', 'oauth_credentials_expired');
      rig.clock.advance(60 * MINUTE);
      await lose(second);
      expect(await kinds()).toEqual(['credential.needs_renewal', 'credential.needs_renewal']);
    });

    test('a change of the schema is told with streams and fields, without the values before and after', async () => {
      await rig.addRule();
      const source = await rig.seed.addOrder();
      await rig.seed.enqueue(source);
      const lease = leaseOf(await rig.claimOne('a'), 'a');
      const changes = [
        { stream: 'issues', kind: 'field_removed', field: 'body', before: 'string', action: 'kept' },
        { stream: 'notes', kind: 'stream_added', action: 'held' },
      ] as const;
      const report = { after: 0, memory: {}, changes, held: [{ stream: 'notes' }] } as never;
      expect(await rig.store.transaction((tx) => keepSchema(tx, lease, report, rig.clock.now()))).toBe(true);
      const [told, ...more] = await rig.deliveries();
      expect([more, told?.kind, told?.severity]).toEqual([[], 'schema.changed', 'warning']);
      expect(JSON.parse(told?.facts ?? '')).toMatchObject({
        changes: [
          { stream: 'issues', kind: 'field_removed', field: 'body', action: 'kept' },
          { stream: 'notes', kind: 'stream_added', action: 'held' },
        ],
        changesInAll: 2,
      });
      expect(told?.facts).not.toContain('"before"');
      const quiet = { after: 1, memory: {}, changes: [], held: [] };
      expect(await rig.store.transaction((tx) => keepSchema(tx, lease, quiet, rig.clock.now()))).toBe(true);
      expect(await rig.deliveries()).toHaveLength(1);
    });

    test('a held sweep is told once until another stream is held too', async () => {
      await rig.addRule();
      const source = await rig.seed.addOrder();
      await complete(source, ['issues']);
      rig.clock.advance(60 * MINUTE);
      await complete(source, ['issues']);
      expect(await kinds()).toEqual(['sweep.held']);
      await complete(source, ['issues', 'notes']);
      await complete(source);
      expect(await kinds()).toEqual(['sweep.held', 'sweep.held']);
    });
  });
}
