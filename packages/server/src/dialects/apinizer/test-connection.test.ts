import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
let far: Server;
let port: number;
const seen: (string | undefined)[] = [];
beforeAll(async () => {
  t = await startApiops();
  far = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  await new Promise<void>((resolve) => void far.listen(0, '127.0.0.1', resolve));
  port = (far.address() as AddressInfo).port;
});
afterAll(async () => {
  far.close();
  await t.service.stop();
});

const hook = () => ({
  type: 'webhook',
  fullUrl: `http://127.0.0.1:${port}/hook`,
  headerList: [{ name: 'Authorization', value: 'Bearer canary-hook' }],
});
const told = (success: boolean, detail: unknown = expect.any(String)) => ({
  success: true,
  deploymentResult: { success, detail },
});

describe('POST …/test-connection/', () => {
  it('asks the far end with what is stored, and with what is given and the stored secrets', async () => {
    const name = await t.make(hook());
    const stored = await t.on('POST', `/${name}/test-connection/`);
    expect([stored.status, stored.body]).toEqual([200, told(true)]);
    expect(seen.at(-1)).toBe('Bearer canary-hook');
    const given = { type: 'webhook', fullUrl: `http://127.0.0.1:${port}/other`, name: '' };
    expect((await t.on('POST', `/${name}/test-connection`, given)).body).toEqual(told(true));
    expect(seen.at(-1)).toBe('Bearer canary-hook');
    expect((await t.show(name)).fullUrl).toBe(hook().fullUrl);
  });

  it('needs no connection when settings are given, and keeps nothing', async () => {
    expect((await t.on('POST', '/unborn/test-connection/', hook())).body).toEqual(told(true));
    expect((await t.on('GET', '/unborn/')).status).toBe(404);
    expect((await t.on('POST', '/unborn/test-connection/')).status).toBe(400);
    expect((await t.on('POST', '/unborn/test-connection/', { ...hook(), name: 'other' })).status).toBe(400);
    const missing = await t.on('POST', '/unborn/test-connection/', { type: 'webhook' });
    expect(missing).toMatchObject({ status: 400, body: { validation_errors: [{ field: 'fullUrl' }] } });
  });

  it('says what went wrong, with 200: an address that does not answer, and one that is private', async () => {
    const closed = await t.on('POST', '/x/test-connection/', { ...mail, host: '127.0.0.1', port: 1 });
    expect([closed.status, closed.body]).toEqual([200, told(false)]);
    const refused = await t.on('POST', '/x/test-connection/', { ...hook(), fullUrl: 'http://10.1.2.3/' });
    expect(refused.body).toEqual(told(false, expect.stringMatching(/TRIBUTARY_ALLOW_PRIVATE_NETWORK/)));
    expect(JSON.stringify([closed.body, refused.body])).not.toContain('canary');
  });

  it('fills placeholders in with the variables of an environment', async () => {
    const project = (await t.service.api('POST', '/tributary/v1/projects', { name: 'vars' })).body.name;
    const path = `/tributary/v1/projects/${project}`;
    const fullUrl = '${HOOK_URL}';
    const missing = await t.on('POST', '/x/test-connection/', { ...hook(), fullUrl }, { project });
    expect(missing.body).toEqual(told(false, expect.stringContaining('${HOOK_URL}')));
    await t.service.api('POST', `${path}/environments`, { name: 'staging' });
    await t.service.api('PUT', `${path}/environments/staging/variables/HOOK_URL`, { value: hook().fullUrl });
    const staging = '/x/test-connection/?environment=STAGING';
    expect((await t.on('POST', staging, { ...hook(), fullUrl }, { project })).body).toEqual(told(true));
    expect((await t.on('POST', '/x/test-connection/?environment=moon', hook(), { project })).status).toBe(404);
  });

  it('is for those who may change the connection', async () => {
    const name = await t.make(hook());
    const viewer = await t.service.newKey(['source_connections:read']);
    expect((await t.on('POST', `/${name}/test-connection/`, undefined, { key: viewer })).status).toBe(403);
  });
});
