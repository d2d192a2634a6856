import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlayedGithub, TOKEN } from '@tributary/connectors/sources/github/testing-github';
import { Secret } from '@tributary/connectors/kit/secret';
import { extract } from 'tar';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteControlStore } from '../../src/control/sqlite.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { storeEverywhere } from '../../src/vault/testing/sealed-rows.ts';
import { plantInRoutes, unplantedFields } from '../harness/canary-routes.ts';
import { listCanarySettings, spellingsOf } from '../harness/canary-settings.ts';
import { CanaryWatch } from '../harness/canary-watch.ts';
import { startEchoUpstream } from '../harness/echo-upstream.ts';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { spawnTributary } from '../harness/tributary-command.ts';

/** Calls the service, and keeps every answer with its headers for the search. */
type Call = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: any }>; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field

function caller(service: ServiceProcess, watch: CanaryWatch, key: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
    });
    const text = await response.text();
    watch.see(`${method} ${path} ${response.status}`, `${JSON.stringify([...response.headers])} ${text}`);
    return {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
    };
  };
}

type Settings = Awaited<ReturnType<typeof listCanarySettings>>[number];

/** Requests with settings that are right, as far as the source says so, and with some that are refused before it is asked. */
function requestsWith({ shortName, config, credentials, stays }: Settings, collection: string) {
  const native = { shortName, config, credentials };
  const create = { short_name: shortName, readable_collection_id: collection, config, authentication: { credentials } };
  const strange = Object.fromEntries(Object.entries(credentials).map(([name, value]) => [`${name}_`, value]));
  const check = '/tributary/v1/source-connections/check';
  const connections = '/v1/source-connections';
  const right = [
    [check, native],
    ['/tributary/v1/source-connections/preview', native],
    [connections, create],
    ['/source-connections', create],
  ] as const;
  const broken = [
    [check, { ...native, credentials: { ...credentials, ...strange } }],
    [check, { ...native, config: { ...config, ...credentials, ...strange } }],
    [connections, { ...create, authentication: { credentials: { ...credentials, ...strange } } }],
    [connections, { ...create, authentication: { credentials: Object.values(credentials) } }],
    [connections, JSON.stringify(create).slice(0, -2)],
    [connections, `{"authentication": ${Object.values(credentials).join(' ')}`],
  ] as const;
  return [...(stays ? right : []), ...broken];
}

/** Every way in that takes settings. */
async function tryEverywhere(call: Call, collection: string, settings: readonly Settings[]): Promise<void> {
  for (const one of settings)
    for (const [path, body] of requestsWith(one, collection)) {
      const { status } = await call('POST', path, body);
      expect([200, 400, 409, 422, 424, 429, 502, 503], `${one.shortName} ${path}`).toContain(status);
    }
}

const ended = async (call: Call, id: string) =>
  eventually(`the job of ${id}`, async () => {
    const { body } = await call('GET', `/v1/source-connections/${id}/jobs?limit=1`);
    return ['completed', 'failed', 'cancelled'].includes(body[0]?.status) ? body[0] : undefined;
  });

/** The life of a connection to a source that works, then breaks in many ways, then refuses the credential. */
async function liveWithGithub(call: Call, watch: CanaryWatch, collection: string): Promise<string> {
  const github = await PlayedGithub.start();
  onTestFinished(() => github.close());
  github.issue('acme/app', 1, '2026-01-02T00:00:00Z');
  watch.add(TOKEN);
  const credentials = { access_token: TOKEN };
  const made = await call('POST', '/v1/source-connections', {
    short_name: 'github',
    readable_collection_id: collection,
    config: { base_url: github.url, repositories: ['acme/app'], include_files: [] },
    authentication: { credentials },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  const { id } = made.body;
  expect(await ended(call, id)).toMatchObject({ status: 'completed' });
  const paths = ['/user', '/issues', '/repos/acme/app'];
  for (const status of [400, 403, 404, 401]) {
    const body = JSON.stringify({ message: `Bearer ${TOKEN}`, token: TOKEN });
    github.intercept = (path) => (paths.some((one) => path.includes(one)) ? { status, body } : undefined);
    await call('GET', `/tributary/v1/source-connections/${id}/preview`);
    await call('PATCH', `/v1/source-connections/${id}`, {
      authentication: { credentials: { access_token: watch.plant() } },
    });
    await call('POST', `/v1/source-connections/${id}/run`);
    const job = await ended(call, id);
    expect(job.status).toBe('failed');
  }
  github.intercept = () => undefined;
  await call('PATCH', `/v1/source-connections/${id}`, { authentication: { credentials } });
  return id;
}

/** Everything that can be read, of everything that is there. */
async function readEverything(call: Call, known: Readonly<Record<string, string>>): Promise<number> {
  const { body: openapi } = await call('GET', '/openapi.json');
  const gets = Object.entries(openapi.paths as Record<string, Record<string, unknown>>).filter(
    ([, one]) => 'get' in one,
  );
  for (const [path] of gets) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? known[name.toLowerCase()] ?? 'none');
    await call('GET', filled);
  }
  await call('GET', '/docs');
  await call('GET', '/metrics');
  await call('GET', '/nowhere');
  return gets.length;
}

it('F1-3 no secret of any connector, key or client is in an answer, a log, a plain column, a file or a backup', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-canary-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const upstream = await startEchoUpstream();
  onTestFinished(() => upstream.stop());
  const watch = new CanaryWatch();
  const key = watch.add(`trib_${randomBytes(24).toString('hex')}`);
  const vaultKey = watch.add(randomBytes(32).toString('base64'));
  const env = {
    LOG_LEVEL: 'trace',
    TRIBUTARY_BOOTSTRAP_API_KEY: key,
    TRIBUTARY_VAULT_KEYS: vaultKey,
    TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8',
    // Tests of that contract look at what whoever may change a connection reads back.
    TRIBUTARY_SHOW_CONNECTION_SECRETS: 'never',
  };
  const service = await startServiceProcess(dataDir, env);
  onTestFinished(() => service.kill('service and workers').catch(() => undefined));
  const call = caller(service, watch, key);

  // A key that is made is shown once, in this answer and nowhere else.
  const fresh = await fetch(`${service.url}/tributary/v1/api-keys`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'other', email: 'other@example.com', scopes: ['collections:read'] }),
  });
  watch.add(((await fresh.json()) as { key: string }).key);
  await caller(service, watch, watch.plant())('GET', '/v1/collections');

  const collection = (await call('POST', '/v1/collections', { name: 'Canary' })).body.readable_id;
  const settings = await listCanarySettings(upstream, watch.plant);
  expect(settings.filter(({ stays }) => stays).length).toBeGreaterThan(8);
  await tryEverywhere(call, collection, settings);
  const { body: openapi } = await call('GET', '/openapi.json');
  expect(unplantedFields(openapi)).toEqual([]);
  await plantInRoutes({ call, plant: watch.plant, upstream, collection, openapi });
  const id = await liveWithGithub(call, watch, collection);
  const stub = (await call('GET', '/v1/source-connections?limit=100')).body.find(
    (one: { short_name: string }) => one.short_name === 'exception_stub',
  );
  expect(await ended(call, stub.id)).toMatchObject({ status: 'failed' });
  await call('PUT', `/v1/source-connections/${stub.id}`, { auth_fields: { stub_key: watch.plant() } });

  // What has no route that takes it here: sealed in every place, as the service does it.
  const control = await openSqliteControlStore({
    path: join(dataDir, 'control.sqlite'),
    clock: systemClock,
    busy: 'retry',
  });
  const vault = await openVault({ dataDir, vaultKeys: new Secret(vaultKey), control });
  await storeEverywhere(control, vault, watch.plant());
  await control.close();

  let watched = '';
  for (const one of [id, stub.id]) {
    const job = (await call('GET', `/v1/source-connections/${one}/jobs?limit=1`)).body[0];
    watched = job.id;
    const known = {
      source_connection_id: one,
      sourceConnectionId: one,
      readable_id: collection,
      readableId: collection,
      job_id: job.id,
      jobId: job.id,
      short_name: 'github',
      shortName: 'github',
    };
    expect(await readEverything(call, known)).toBeGreaterThan(20);
  }
  for (const canary of [TOKEN, ...watch.planted.slice(0, 5)])
    await call('POST', `/v1/collections/${collection}/search/instant`, { query: spellingsOf(canary)[1] });

  const backup = join(folder, 'backup.tar.zst');
  const { code, output } = await spawnTributary(['backup', backup, '--data-dir', dataDir], env).ended;
  expect(code, output).toBe(0);
  expect(output).toContain('It does not hold the keys of TRIBUTARY_VAULT_KEYS');
  watch.see('output of the backup', output);
  await mkdir(join(folder, 'unpacked'));
  await extract({ file: backup, cwd: join(folder, 'unpacked') });
  await watch.seeFolder('backup', join(folder, 'unpacked'));
  await watch.seeFolder('data directory', dataDir);
  expect(await service.stop()).toBe(0);
  await watch.seeFolder('data directory after the stop', dataDir);
  watch.see('log', service.output());

  // The canaries were used at all, and the log was written.
  expect(watch.planted.some((canary) => upstream.received().includes(canary))).toBe(true);
  expect(service.output()).toContain('source answered');
  expect(watch.places).toEqual(
    expect.arrayContaining([
      `GET /sync/job/${watched}/subscribe 200`,
      'backup: control.sqlite',
      'data directory: rows of control.sqlite',
    ]),
  );
  expect(watch.sightings()).toEqual([]);
}, 600_000);
