import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { oauth } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import { KeeperRig } from '../auth/oauth/testing/keeper-rig.ts';
import { RotatingProvider } from '../auth/oauth/testing/rotating-provider.ts';
import { createSqliteReaders } from '../collection-store/sqlite/readers.ts';
import { createSqliteWriters } from '../collection-store/sqlite/writers.ts';
import { createUsageService } from '../collections/usage.ts';
import { createContextFactory } from '../connections/context.ts';
import { createCredentialSource } from '../connections/credential-source.ts';
import { createConnectionService } from '../connections/service.ts';
import { must } from '../lib/asserts.ts';
import { systemClock } from '../lib/clock.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import { loadSyncInput } from '../source-connections/sync-input.ts';
import { createOrganizationKeys } from '../vault/organization-keys.ts';
import { createClaimer } from './claim.ts';
import type { JobRow } from './job-row.ts';
import { createExecute } from './run-job.ts';
import { RunningJob } from './running-job.ts';

const PAGES = 20;

/** One request a page, each with the provider's token. */
function apiConnector(provider: RotatingProvider, onPage: (page: number) => void): Connector {
  return defineConnector(
    {
      id: 'api',
      title: 'API',
      description: 'Reads with tokens of the local provider.',
      auth: [oauth(provider.row())],
      config: z.object({}),
      limits: { requestsPerMinute: 60_000, concurrency: 1 },
      check: () => Promise.resolve({ account: 'test' }),
    },
    (stream) => ({
      pages: stream({
        title: 'Pages',
        row: z.object({ id: z.string() }),
        cursor: z.number(),
        incremental: true,
        key: (row) => row.id,
        async *read({ http, credentials }, since = 0) {
          for (let page = since + 1; page <= PAGES; page += 1) {
            onPage(page);
            const { authorization } = credentials;
            await http.request({ url: `${provider.origin}/api`, authorization });
            yield { upserts: [{ id: `p${page}` }], cursor: page };
          }
        },
      }),
    }),
  );
}

let rig: KeeperRig;
let provider: RotatingProvider;
let dataDir: string;
let writers: ReturnType<typeof createSqliteWriters>;
let readers: ReturnType<typeof createSqliteReaders>;
beforeEach(async () => {
  rig = await KeeperRig.open();
  provider = new RotatingProvider();
  await provider.start();
  dataDir = mkdtempSync(join(tmpdir(), 'renewed-'));
  writers = createSqliteWriters({ dataDir, clock: systemClock });
  readers = createSqliteReaders({ dataDir, threads: 1 });
});
afterEach(async () => {
  provider.stop();
  await writers.close();
  await readers.close();
  await rig.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs one job of the source connection as a worker does; gives its row afterwards. */
async function sync(id: SourceConnectionId, onPage: (page: number) => void = () => undefined): Promise<JobRow> {
  const { store: control, vault } = rig;
  const clock = systemClock;
  const connections = createConnectionService({ vault, clock });
  const needs = {
    control,
    connections,
    usage: createUsageService({ control, clock, config: { maxEntities: 0, maxMegabytes: 0 } }),
    organizationKeys: createOrganizationKeys({ vault, clock }),
  };
  const connector = apiConnector(provider, onPage);
  const execute = createExecute({
    fill: (_, settings) => Promise.resolve(settings),
    loadSyncInput: () => loadSyncInput(needs, rig.seed.organizationId, id),
    registry: { find: () => Promise.resolve(connector) },
    credentials: createCredentialSource({ keeper: rig.keeper({ provider: provider.row() }) }),
    makeContext: createContextFactory({
      config: { allowPrivateNetwork: ['127.0.0.0/8'], fileRoots: [], dataDir },
      clock,
      log: silentLog,
    }),
    writers,
    recordUsage: () => Promise.resolve(),
    clock,
    log: silentLog,
  });
  const jobId = await rig.seed.enqueue(id);
  const [job] = await createClaimer({ control, clock, owner: 'a', leaseMs: 60_000 }).claim(1);
  const deps = { control, clock, log: silentLog, owner: 'a', graceMs: 1_000, execute };
  await new RunningJob({ ...deps, settle: (lease) => writers.settle(lease) }, must(job, 'a job')).settled;
  return control.db.selectFrom('sync_job').selectAll().where('id', '=', jobId).executeTakeFirstOrThrow();
}

test('F1-8 tokens lapse again and again in the middle of a sync, which ends completed', async () => {
  const { sourceConnectionId } = await rig.connect(provider.grant());
  const job = await sync(sourceConnectionId, (page) => {
    if (page % 5 === 0) provider.lapseAll();
  });
  expect(job).toMatchObject({ state: 'completed', inserted: PAGES, attempts: 1 });
  expect([provider.granted, provider.reused, provider.refused]).toEqual([4, 0, 4]);
});

test('a grant that is revoked in the middle of a sync pauses the schedule with one trace, and a new one goes on from the cursor', async () => {
  const ref = await rig.connect(provider.grant());
  const events = () => rig.store.db.selectFrom('job_event').select('kind').where('kind', '=', 'state').execute();
  const failed = await sync(ref.sourceConnectionId, (page) => {
    if (page === 8) provider.revokeAll();
  });
  expect(failed).toMatchObject({
    state: 'failed',
    error_code: 'credential_refused',
    error_category: 'oauth_credentials_expired',
    error_message: expect.stringContaining('refuses the grant'),
    inserted: 7,
  });
  expect([await rig.pausedBy(ref), await rig.refusals(), provider.asked]).toEqual(['credential', 1, 1]);
  // Queued, running, failed.
  const told = (await events()).length;
  expect(told).toBeLessThanOrEqual(3);
  await rig.give(ref, provider.grant());
  await rig.store.db.updateTable('source_connection').set({ paused_by: null }).execute();
  const read: number[] = [];
  const next = await sync(ref.sourceConnectionId, (page) => read.push(page));
  expect(next).toMatchObject({ state: 'completed', inserted: PAGES - 7 });
  expect(read[0]).toBe(8);
  expect(await rig.refusals()).toBe(1);
});

test('a provider that is down for a while costs time, not the grant', async () => {
  const ref = await rig.connect(provider.grant());
  const job = await sync(ref.sourceConnectionId, (page) => {
    if (page !== 8 || provider.asked > 0) return;
    provider.lapseAll();
    provider.behaviour.down = true;
    provider.behaviour.onAsked = () => {
      if (provider.asked > 1) provider.behaviour.down = false;
    };
  });
  expect(job).toMatchObject({ state: 'completed', inserted: PAGES, error_category: null });
  expect([await rig.pausedBy(ref), await rig.refusals(), provider.reused]).toEqual([null, 0, 0]);
});
