import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackup } from '../../src/backup/create-backup.ts';
import { restoreBackup } from '../../src/backup/restore-backup.ts';
import { snapshotControl } from '../../src/control/snapshot.ts';
import { openPostgresControlStore } from '../../src/control/postgres.ts';
import { runForEveryone } from '../../src/control/tenant-scope.ts';
import { applicationDatabase, type ApplicationDatabase } from '../../src/control/testing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { addDeployableTo } from '../harness/deployable.ts';
import { eventually } from '../harness/eventually.ts';
import { callForeign } from '../harness/foreign-calls.ts';
import { startOAuthRig, type OAuthRig } from '../harness/oauth-rig.ts';
import { startServiceProcess } from '../harness/service-process.ts';
import type { TestService } from '../harness/service.ts';
import { startWorker } from '../harness/worker-process.ts';

let folder: string;
let database: ApplicationDatabase;
let rig: OAuthRig;
let t: TestService;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-row-security-'));
  database = await applicationDatabase();
  env = { DATABASE_URL: database.url.reveal(), TRIBUTARY_ROW_SECURITY: 'on' };
  rig = await startOAuthRig(env);
  t = rig.t;
});
afterAll(async () => {
  await rig.stop();
  await database.server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The text of an event stream that ends by itself. */
async function streamed(path: string, key: string): Promise<string> {
  return (await fetch(`${t.url}${path}`, { headers: { 'x-api-key': key } })).text();
}

function countTenants(snapshot: string): unknown {
  const copy = new Database(snapshot, { readonly: true });
  const count = copy.prepare('select count(distinct organization_id) from project').pluck().get();
  copy.close();
  return count;
}

describe('F1-11 a service whose database keeps organizations apart', () => {
  it('creates, syncs, streams, searches, lists, changes and deletes', async () => {
    const collection = await t.newCollection();
    const made = await t.newStub({ collection, config: { entity_count: 7, custom_content_prefix: 'zebracrossing' } });
    const path = `/source-connections/${made.id}`;
    const job = await t.waitForJob(made.id);
    // The records, and the container that they are in.
    expect(job).toMatchObject({ status: 'completed', entities_inserted: 8 });
    const events = await streamed(`/tributary/v1${path}/jobs/${job.id}/events`, t.key);
    expect(events).toContain('"state":"completed"');
    const found = await t.api('GET', `/tributary/v1/collections/${collection}/search?query=zebracrossing&limit=100`);
    expect(found.body.hits).toHaveLength(7);
    expect(JSON.stringify((await t.api('GET', '/collections')).body)).toContain(collection);
    expect((await t.api('PATCH', path, { name: 'Another name' })).body.name).toBe('Another name');
    expect((await t.api('GET', '/tributary/v1/audit/verify')).body.whole).toBe(true);
    const metrics = (await t.api('GET', '/metrics', undefined, { key: null })).body;
    expect(metrics).toMatch(/tributary_sync_jobs_ended_total\{state="completed"\} [1-9]/);
    expect((await t.api('DELETE', path)).status).toBe(200);
    expect((await t.api('GET', path)).status).toBe(404);
    expect((await t.api('DELETE', `/collections/${collection}`)).status).toBe(200);
  });

  it('brings connections to workers, which hold them for everyone', async () => {
    const control = await openPostgresControlStore({ url: database.url, clock: systemClock, rowSecurity: true });
    await runForEveryone(() => addDeployableTo(control, t.dataDir, 'hook'));
    await control.close();
    const { body } = await t.api('POST', '/tributary/v1/projects/default/connections/hook/deploy');
    const message = 'Deployment successful';
    expect(body).toEqual({ success: true, results: [{ environmentName: 'production', success: true, message }] });
    const [worker] = (await t.api('GET', '/tributary/v1/workers')).body;
    expect(worker).toMatchObject({ environment: 'production', held: 1 });
    const { key } = await t.newOrganization();
    const deployments = '/tributary/v1/projects/default/deployments';
    expect((await t.api('GET', deployments)).body).toMatchObject([{ connection: 'hook', version: 1 }]);
    expect((await t.api('GET', deployments, undefined, { key })).body).toEqual([]);
  });

  it('streams the events of a job while a worker writes them, and counts it for everyone', async () => {
    const source = await t.newStub({ wait: false, config: { entity_count: 300, generation_delay_ms: 5 } });
    const jobs = `/source-connections/${source.id}/jobs`;
    const [job] = (await t.api('GET', jobs)).body;
    const text = streamed(`/tributary/v1${jobs}/${job.id}/events`, t.key);
    await eventually('the job in the metrics', async () => {
      const { body } = await t.api('GET', '/metrics', undefined, { key: null });
      return /tributary_sync_jobs\{state="running"\} 1/.test(body) || undefined;
    });
    const { key } = await t.newOrganization();
    expect((await t.api('GET', jobs, undefined, { key })).status).toBe(404);
    expect(await text).toContain('"state":"completed"');
  });

  it('answers 404 to another organization, whose lists are empty', async () => {
    const source = await t.newStub();
    const [job] = (await t.api('GET', `/source-connections/${source.id}/jobs`)).body;
    const { key } = await t.newOrganization();
    const collection = source.readable_collection_id as string;
    const ids = {
      source_connection_id: source.id,
      sourceConnectionId: source.id,
      readable_id: collection,
      readableId: collection,
      job_id: job.id,
      jobId: job.id,
    };
    const { calls } = await callForeign(t, key, ids, {
      'PATCH /': { name: 'Stolen' },
      '/selection': {},
      search: { query: 'text' },
    });
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter((call) => call.status !== 404).map((call) => [call.name, call.status, call.text])).toEqual([]);
    for (const path of ['/source-connections', '/collections'])
      expect((await t.api('GET', path, undefined, { key })).body).toEqual([]);
    const own = await t.api('POST', '/collections', { name: 'Theirs' }, { key });
    expect((await t.api('GET', '/collections', undefined, { key })).body).toHaveLength(1);
    expect((await t.api('GET', `/collections/${own.body.readable_id}`)).status).toBe(404);
  });

  it('answers a repeated Idempotency-Key once', async () => {
    const create = () =>
      t.api('POST', '/tributary/v1/projects', { name: 'once' }, { headers: { 'idempotency-key': 'a-key-for-once' } });
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('leads a person, who has no key, through a provider and back', async () => {
    const { body } = await rig.create();
    expect((await rig.allow(body.auth.auth_url)).searchParams.get('status')).toBe('success');
    const verify = `/v1/source-connections/${body.id}/verify-oauth`;
    expect((await t.api('POST', verify, { claim_token: body.auth.claim_token })).status).toBe(200);
    expect(await t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
  });

  it('has its jobs done by a worker of its own too', async () => {
    const worker = await startWorker(t.dataDir, { env });
    // More than the service's own worker runs at once, so this one gets some.
    const config = { entity_count: 20, generation_delay_ms: 20 };
    const sources = await Promise.all(Array.from({ length: 8 }, () => t.newStub({ wait: false, config })));
    for (const source of sources) expect(await t.waitForJob(source.id)).toMatchObject({ status: 'completed' });
    expect(worker.output()).toMatch(/"state":"completed"/);
    expect(await worker.stop()).toBe(0);
    expect(worker.output()).not.toMatch(/"level":(?:50|60)/);
  });

  it('is backed up whole and restored, and not by a command that does not know of the policies', async () => {
    const place = { dataDir: t.dataDir, databaseUrl: database.url, clock: systemClock };
    const file = join(folder, 'backup.tar.zst');
    await expect(createBackup({ ...place, file })).rejects.toThrow(/set TRIBUTARY_ROW_SECURITY=on here too/);
    await createBackup({ ...place, rowSecurity: true, file });
    const snapshot = join(folder, 'control.sqlite');
    await snapshotControl({ ...place, rowSecurity: true }, snapshot);
    const client = new pg.Client({ connectionString: database.superuserUrl.reveal() });
    await client.connect();
    const { rows } = await client.query('select count(distinct organization_id)::int as n from project');
    await client.end();
    expect(rows[0].n).toBeGreaterThan(1);
    expect(countTenants(snapshot)).toBe(rows[0].n);

    const other = await applicationDatabase();
    const restored = { dataDir: join(folder, 'restored'), databaseUrl: other.url, rowSecurity: true };
    await restoreBackup({ ...restored, clock: systemClock, file });
    const again = join(folder, 'again.sqlite');
    await snapshotControl({ ...restored, clock: systemClock }, again);
    expect(countTenants(again)).toBe(countTenants(snapshot));
    await other.server.stop();
  });
});

describe('F1-11 a process that may not start', () => {
  it('says which role it needs, and ends with exit code 78', async () => {
    const asSuperuser = startServiceProcess(join(folder, 'refused'), {
      ...env,
      DATABASE_URL: database.superuserUrl.reveal(),
    });
    await expect(asSuperuser).rejects.toThrow(/78[^]*postgres is a superuser[^]*CREATE ROLE tributary/);
    const inSqlite = startServiceProcess(join(folder, 'refused'), { TRIBUTARY_ROW_SECURITY: 'on' });
    await expect(inSqlite).rejects.toThrow(/78[^]*TRIBUTARY_ROW_SECURITY needs PostgreSQL/);
  });
});
