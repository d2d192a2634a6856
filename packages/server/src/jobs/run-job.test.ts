import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import type { RateBudget } from '@tributary/connectors/kit/rate-budget';
import { handClock, silentLog } from '@tributary/connectors/testing/connector-probe';
import type { StoreSize } from '../collection-store/port.ts';
import { createContextFactory } from '../connections/context.ts';
import type { ContextInput } from '../connections/context.ts';
import { createCredentialSource } from '../connections/credential-source.ts';
import { EVERYTHING } from '../engine/selection.ts';
import { inPages, rowsConnector, rowsOf } from '../engine/testing/rows-connector.ts';
import { stopper, SyncHarness } from '../engine/testing/sync-harness.ts';
import { newId } from '../lib/ids.ts';
import type { ConnectionId, JobId, OrganizationId } from '../lib/ids.ts';
import type { SyncInput } from '../source-connections/sync-input.ts';
import { createExecute } from './run-job.ts';
import { SharedBudgets } from './shared-budgets.ts';

const noOAuth = () => Promise.reject(new Error('no OAuth here'));

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const { signal } = new AbortController();
const options = { signal, onProgress: () => undefined };
const job = (fence = 0) => ({ id: newId<JobId>(), fence, fullRefresh: false });

/** An `execute` over one connector, and what it was given on the way. */
function setUp(connector: Connector | undefined, input: Partial<SyncInput> | null = {}) {
  const clock = handClock();
  const contexts: ContextInput[] = [];
  const sizes: StoreSize[] = [];
  const connectionId = newId<ConnectionId>();
  const makeContext = createContextFactory({
    config: { allowPrivateNetwork: [], fileRoots: [], dataDir: harness.dataDir },
    clock,
    log: silentLog,
  });
  const execute = createExecute({
    fill: (_, settings) => Promise.resolve({ ...settings, keyMaterial: () => Promise.reject(new Error('none')) }),
    loadSyncInput: () =>
      Promise.resolve(
        input === null
          ? undefined
          : {
              organizationId: newId<OrganizationId>(),
              sourceConnectionId: harness.sourceConnectionId,
              connectionId,
              collectionId: harness.collectionId,
              syncId: harness.syncId,
              connector: 'rows',
              config: {},
              credentials: {},
              authMethod: 'direct',
              cursorField: null,
              continuous: false,
              sweepConfirmed: false,
              limits: { entities: null, bytes: null, beside: { entities: 0, bytes: 0 } },
              intake: { selection: EVERYTHING, memory: undefined, revision: 0, hashKey: undefined },
              ...input,
            },
      ),
    registry: { find: () => Promise.resolve(connector) },
    makeContext: (given) => {
      contexts.push(given);
      return makeContext(given);
    },
    credentials: createCredentialSource({ keeper: { open: noOAuth, hand: noOAuth } }),
    writers: harness.writers,
    recordUsage: (_input, size) => Promise.resolve(void sizes.push(size)),
    clock,
    log: silentLog,
  });
  return { execute, contexts, sizes };
}

describe('createExecute', () => {
  test('runs a job with the snapshot that was loaded', async () => {
    let seen: ConnectorContext | undefined;
    const connector = rowsConnector({
      rows: (since, _slice, ctx) => {
        seen = ctx;
        return inPages(rowsOf(5), 2, since);
      },
    });
    const { execute } = setUp(connector, { cursorField: 'updated_at' });
    const claimed: number[] = [];
    const onClaimed = (fence: number): Promise<void> => Promise.resolve(void claimed.push(fence));
    const outcome = await execute({ ...job(41), fullRefresh: true }, { ...options, onClaimed });
    expect(outcome).toMatchObject({ type: 'completed', counts: { inserted: 5 }, held: [] });
    expect(seen?.options).toEqual({ cursorField: 'updated_at', fullRefresh: true });
    expect(claimed).toEqual([42]);
    expect(Object.keys(harness.content())).toHaveLength(5);
  });

  test('lets a source of a continuous schedule wait for changes, and no other', async () => {
    for (const continuous of [true, false]) {
      const { execute, contexts } = setUp(rowsConnector({ rows: () => inPages([], 1) }), { continuous });
      await execute(job(), options);
      expect((contexts[0]?.followMs ?? 0) > 0).toBe(continuous);
    }
  });

  test('ends at most a page behind what the organization may hold, keeps what was read, and measures it', async () => {
    const connector = rowsConnector({ rows: (since) => inPages(rowsOf(10), 2, since) });
    const limits = { entities: 8, bytes: null, beside: { entities: 3, bytes: 0 } };
    const { execute, sizes } = setUp(connector, { limits });
    const outcome = await execute(job(), options);
    expect(outcome).toMatchObject({ type: 'failed', code: 'limit_reached', counts: { inserted: 6 } });
    expect((outcome as { message: string }).message).toContain('5 of them in this collection');
    expect(sizes).toEqual([{ entities: 6, bytes: expect.any(Number) }]);
    expect(sizes[0]?.bytes).toBeGreaterThan(8_000);
    const more = setUp(connector, { limits: { ...limits, entities: 20 } });
    expect(await more.execute(job(), options)).toMatchObject({ type: 'completed', counts: { inserted: 4 } });
  });

  test('ends soon after the disk that the organization may take is taken', async () => {
    const wide = rowsOf(3_000).map((row) => ({ ...row, value: `${row.id} `.repeat(400) }));
    const connector = rowsConnector({ rows: (since) => inPages(wide, 10, since) });
    const { execute } = setUp(connector, {
      limits: { entities: null, bytes: 1_000_000, beside: { entities: 0, bytes: 500_000 } },
    });
    const outcome = await execute(job(), options);
    expect(outcome).toMatchObject({ type: 'failed', code: 'limit_reached' });
    expect(Object.keys(harness.content()).length).toBeLessThan(3_000);
  });

  test('lets a full organization delete', async () => {
    const limits = { entities: 4, bytes: 1, beside: { entities: 4, bytes: 1 } };
    await setUp(rowsConnector({ rows: () => inPages(rowsOf(6), 6) })).execute(job(), options);
    const fewer = setUp(rowsConnector({ rows: () => inPages(rowsOf(2), 2) }), { limits });
    expect(await fewer.execute(job(), options)).toMatchObject({ type: 'completed', counts: { deleted: 4 } });
  });

  test('aborts what the connector still does when the run is over', async () => {
    let ctx: ConnectorContext | undefined;
    const connector = rowsConnector({
      rows: (_since, _slice, given) => {
        ctx = given;
        return inPages([], 1);
      },
    });
    const { execute, contexts } = setUp(connector);
    await execute(job(), options);
    expect(ctx).toBeDefined();
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  test('fails at once, with words, when the configuration does not fit the connector', async () => {
    const connector = rowsConnector({ rows: () => inPages([], 1) });
    const strict = { ...connector, config: connector.config.extend({}).strict() } as Connector;
    expect(await setUp(strict, { config: { surprise: 1 } }).execute(job(), options)).toMatchObject({
      type: 'failed',
      code: 'configuration_invalid',
      message: expect.stringContaining('surprise'),
      category: null,
    });
  });

  test('fails when no connector has the name, and is cancelled when the source connection is gone', async () => {
    expect(await setUp(undefined).execute(job(), options)).toMatchObject({ type: 'failed', code: 'connector_unknown' });
    const connector = rowsConnector({ rows: () => inPages([], 1) });
    expect(await setUp(connector, null).execute(job(), options)).toMatchObject({ type: 'cancelled' });
  });

  test('G4-20 a credential that the source refuses has its category', async () => {
    const connector = rowsConnector({ rows: () => inPages([], 1) });
    const refused = { ...connector, discover: () => Promise.reject(new ConnectorError('credential', 'revoked')) };
    expect(await setUp(refused).execute(job(), options)).toMatchObject({
      type: 'failed',
      code: 'credential_refused',
      message: 'revoked',
      category: 'api_key_invalid',
    });
  });

  test('writes nothing when the lease is lost between the claim and the first page', async () => {
    const { execute } = setUp(rowsConnector({ rows: () => inPages(rowsOf(1), 1) }));
    const onClaimed = (): Promise<void> => Promise.reject(new Error('lost'));
    await expect(execute(job(), { ...options, onClaimed })).rejects.toThrow('lost');
    expect(harness.content()).toEqual({});
  });

  test('G4-24 a job that was cancelled before it began reads nothing', async () => {
    let read = false;
    const connector = rowsConnector({
      rows: () => {
        read = true;
        return inPages([], 1);
      },
    });
    const { signal: stopped, stop } = stopper();
    stop('cancelled');
    expect(await setUp(connector).execute(job(), { ...options, signal: stopped })).toMatchObject({ type: 'cancelled' });
    expect(read).toBe(false);
  });
});

test('G4-7 jobs that read one connection at the same time share its rate budget', () => {
  const budgets = new SharedBudgets(handClock());
  const [one, other] = [newId<ConnectionId>(), newId<ConnectionId>()];
  const limits = { requestsPerMinute: 60, concurrency: 1 };
  const taken: { readonly budget: RateBudget; readonly release: () => void }[] = [];
  for (const id of [one, one, other]) taken.push(budgets.take(id, limits));
  expect(taken[1]?.budget).toBe(taken[0]?.budget);
  expect(taken[2]?.budget).not.toBe(taken[0]?.budget);
  taken[0]?.release();
  expect(budgets.take(one, limits).budget).toBe(taken[0]?.budget);
});
