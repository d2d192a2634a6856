import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../harness/authorization-server.ts';
import { APP, ownClient } from '../harness/oauth-rig.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { Visitor } from '../harness/visitor.ts';

const source = fileURLToPath(new URL('../harness/renewing-source.ts', import.meta.url));

let dataDir: string;
let t: TestService;
let server: AuthorizationServer;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-executable-login-'));
  const executables = [{ id: 'renewing', title: 'Renewing', command: [process.execPath, source] }];
  await writeFile(join(dataDir, 'executables.json'), JSON.stringify(executables), { mode: 0o600 });
  t = await startTestService({
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_ALLOW_EXECUTABLES: 'on',
    TRIBUTARY_REDIRECT_URLS: 'https://app.example.com',
  });
  server = await startAuthorizationServer(`${t.url}/source-connections/callback`, { rotates: true });
});
afterAll(async () => {
  await t.stop();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('an executable whose specification says how people sign in', () => {
  it('offers that sign-in, without the settings that it replaces', async () => {
    const { body } = await t.api('GET', '/sources/renewing');
    expect(body.auth_methods).toEqual(expect.arrayContaining(['direct', 'oauth_browser', 'oauth_byoc']));
    expect(body.requires_byoc).toBe(true);
    const fields = body.config_fields.fields as { readonly name: string; readonly required: boolean }[];
    expect(fields.map(({ name, required }) => [name, required])).toEqual([['port', true]]);
  });

  it('F1-8 is given the tokens, renews them by itself in every run, and none of them is lost', async () => {
    const created = await t.api('POST', '/v1/source-connections', {
      short_name: 'renewing',
      readable_collection_id: await t.newCollection(),
      config: { port: server.port },
      authentication: ownClient(server),
      redirect_url: APP,
    });
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    const { auth, id } = created.body;
    const end = await new Visitor().follow(auth.auth_url, (url) => url.startsWith('https://app.example.com/'));
    // Its check has used up the first refresh token already.
    expect(end).toBe(`${APP}?status=success&source_connection_id=${id}`);
    await t.api('POST', `/source-connections/${id}/verify-oauth`, { claim_token: auth.claim_token });
    const first = await t.waitForJob(id);
    expect(first, first.error).toMatchObject({ status: 'completed', entities_inserted: 2 });

    server.items = [...server.items, 'A lantern more'];
    await t.api('POST', `/source-connections/${id}/run`);
    const second = await t.waitForJob(id);
    expect(second, second.error).toMatchObject({ status: 'completed', entities_inserted: 1 });
    const shown = JSON.stringify((await t.api('GET', `/source-connections/${id}`)).body);
    expect(shown).not.toContain(ownClient(server).client_secret);
  });
});
