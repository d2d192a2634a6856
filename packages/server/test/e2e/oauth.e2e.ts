import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDebianProgram } from '@tributary/connectors/testing/debian-program';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAuthorizationServer, type AuthorizationServer } from '../harness/authorization-server.ts';
import { eventually } from '../harness/eventually.ts';
import { ownClient } from '../harness/oauth-rig.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { Visitor } from '../harness/visitor.ts';

const PRIVATE = { TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8' };
const APP = 'http://localhost:9/connected';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('connecting by OAuth, as its own process', () => {
  let dataDir: string;
  let service: ServiceProcess;
  let server: AuthorizationServer;
  // The provider sends people back to where the service was, so it comes back there.
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tributary-oauth-'));
    env = { ...PRIVATE, TRIBUTARY_PUBLIC_URL: `http://127.0.0.1:${await freePort()}` };
    server = await startAuthorizationServer(`${env['TRIBUTARY_PUBLIC_URL']}/source-connections/callback`);
    service = await startServiceProcess(dataDir, env);
  });
  afterAll(async () => {
    await service.stop();
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** The address that people see, where the process listens now: what a proxy does. */
  const here = (url: string): string => url.replace(env['TRIBUTARY_PUBLIC_URL'] ?? '', service.url);

  it('C10 C19 C21 F1-8 goes from a create to found records, also when the service restarts on the way', async () => {
    const collection = (await service.call('POST', '/v1/collections', { name: 'By OAuth' })).body.readable_id;
    const { status, body } = await service.call('POST', '/v1/source-connections', {
      short_name: 'oauth_stub',
      readable_collection_id: collection,
      config: { base_url: server.url, authorization_port: server.port },
      authentication: ownClient(server),
      redirect_url: APP,
    });
    expect([status, body.status]).toEqual([200, 'PENDING_AUTH']);
    expect(body.auth.auth_url).toContain(`${env['TRIBUTARY_PUBLIC_URL']}/v1/source-connections/authorize/`);

    const visitor = new Visitor();
    const isOurs = (url: string): boolean =>
      url.startsWith(`${env['TRIBUTARY_PUBLIC_URL']}/source-connections/callback`);
    const answer = await visitor.follow(here(body.auth.auth_url), isOurs);
    await service.kill('service and workers');
    service = await startServiceProcess(dataDir, env);
    const end = await visitor.go(here(answer));
    expect(end.headers.get('location')).toBe(`${APP}?status=success&source_connection_id=${body.id}`);

    const verified = await service.call('POST', `/v1/source-connections/${body.id}/verify-oauth`, {
      claim_token: body.auth.claim_token,
    });
    expect(verified.status).toBe(200);
    const found = await eventually('the records to be found', async () => {
      const { body: answered } = await service.call('POST', `/v1/collections/${collection}/search/instant`, {
        query: 'second',
        retrieval_strategy: 'keyword',
      });
      return answered.results?.length > 0 ? answered.results : undefined;
    });
    expect(JSON.stringify(found)).toContain('Second item');
    for (const secret of ['canary-secret-of-client', body.auth.claim_token, body.auth.auth_url.split('/').at(-1)])
      expect(service.output()).not.toContain(secret);
  });
});

const program = findDebianProgram('chromium', 'chromium');

describe.skipIf(program === undefined)('connecting by OAuth, in a browser', () => {
  let t: TestService;
  let server: AuthorizationServer;
  let browser: Browser;

  beforeAll(async () => {
    // Under another name than the provider's, so that the way back comes from another site.
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    t = await startTestService({ PORT: port, TRIBUTARY_PUBLIC_URL: url });
    server = await startAuthorizationServer(`${url}/source-connections/callback`);
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: program ?? '', args });
  });
  afterAll(async () => {
    await browser?.close();
    await t.stop();
    await server.close();
  });

  it('C10 C16 C19 lets a person log in, allow access and see that it is done', async () => {
    const { status, body } = await t.api('POST', '/v1/source-connections', {
      short_name: 'oauth_stub',
      readable_collection_id: await t.newCollection(),
      config: { base_url: server.url, authorization_port: server.port },
      authentication: ownClient(server),
    });
    expect(status).toBe(200);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(body.auth.auth_url);
    expect(page.url()).toContain(`${server.url}/interaction/`);
    await page.fill('input[name="login"]', 'ada');
    await page.fill('input[name="password"]', 'any');
    await page.click('button[type="submit"]');
    await page.waitForSelector('text=Authorize');
    await page.click('button[type="submit"]');
    await page.waitForSelector('h1:has-text("Access allowed")');
    const [cookie] = (await context.cookies()).filter(({ name }) => name.startsWith('tributary-authorization-'));
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    const shown = await t.api('GET', `/v1/source-connections/${body.id}`);
    expect(shown.body.auth).toMatchObject({ method: 'oauth_byoc', authenticated: true });

    // The address of the answer is in the history, and of no use there.
    await page.reload();
    expect(await page.textContent('body')).toContain('OAuth session already authorized');
  });
});
