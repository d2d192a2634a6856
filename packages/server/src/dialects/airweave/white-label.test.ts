import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownClient, startOAuthRig, type OAuthRig } from '../../../test/harness/oauth-rig.ts';
import { Visitor } from '../../../test/harness/visitor.ts';

const clients = '/tributary/v1/oauth-clients';
const unknownId = '00000000-0000-4000-8000-000000000000';

let rig: OAuthRig;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-clients-'));
  const file = join(folder, 'clients.json');
  const operators = { oauth_stub: { client_id: 'client-of-the-operator', client_secret: 'canary-operator-secret' } };
  await writeFile(file, JSON.stringify(operators), { mode: 0o600 });
  rig = await startOAuthRig({ TRIBUTARY_OAUTH_CLIENTS: file });
});
afterAll(async () => {
  await rig.stop();
  await rm(folder, { recursive: true });
});

/** A tenant of its own, so that the clients of other tests are not the newest. */
async function newTenant() {
  const { key } = await rig.t.newOrganization();
  const collection = await rig.t.newCollection(key);
  const call = (method: string, path: string, body?: unknown) => rig.t.api(method, path, body, { key });
  const addClient = (clientId: string, extra: object = {}) =>
    call('POST', clients, { name: 'Ours', shortName: 'oauth_stub', clientId, clientSecret: 'canary-own', ...extra });
  const create = (body: object = {}) =>
    rig.create({ readable_collection_id: collection, authentication: undefined, ...body }, { key });
  return { key, call, addClient, create };
}

async function clientAsked(authUrl: string): Promise<string | null> {
  const answer = await new Visitor().go(authUrl);
  return new URL(answer.headers.get('location') ?? '').searchParams.get('client_id');
}

describe('the client that a provider is asked with', () => {
  it('C10 is the operator’s when the organization has none, and no authentication is needed then', async () => {
    const { create, call } = await newTenant();
    for (const authentication of [undefined, null, {}, { redirect_uri: 'https://app.example.com' }]) {
      const { status, body } = await create({ authentication });
      expect([status, body.status, body.auth.method]).toEqual([200, 'PENDING_AUTH', 'oauth_browser']);
      expect(await clientAsked(body.auth.auth_url)).toBe('client-of-the-operator');
      const flat = await call('PUT', `/v1/source-connections/${body.id}`, {});
      expect(flat.body.white_label_id).toBeNull();
    }
  });

  it('A11 is the organization’s newest before the operator’s, and is echoed as white_label_id', async () => {
    const { addClient, create, call } = await newTenant();
    await addClient('older');
    const { body: client } = await addClient('newer');
    const { body } = await create();
    expect(await clientAsked(body.auth.auth_url)).toBe('newer');
    const flat = await call('PUT', `/source-connections/${body.id}`, { name: 'Another name' });
    expect(flat.body).toMatchObject({ white_label_id: client.id, name: 'Another name' });
  });

  it('A11 is the one that the connection names by white_label_id; null takes it away', async () => {
    const { addClient, create, call } = await newTenant();
    const { body: older } = await addClient('older');
    await addClient('newer');
    const { body } = await create();
    const put = (white_label_id: unknown) => call('PUT', `/v1/source-connections/${body.id}`, { white_label_id });
    expect((await put(older.id)).body).toMatchObject({ white_label_id: older.id });
    const again = await call('POST', `/v1/source-connections/${body.id}/reinitiate-oauth`);
    expect(await clientAsked(again.body.auth.auth_url)).toBe('older');
    expect((await put(null)).body).toMatchObject({ white_label_id: null });
  });

  it('A11 must be the organization’s own, and one for the source', async () => {
    const { addClient, create, call } = await newTenant();
    const { body } = await create();
    const put = (white_label_id: unknown) => call('PUT', `/source-connections/${body.id}`, { white_label_id });
    expect(await put(unknownId)).toMatchObject({ status: 404, body: { detail: `White label ${unknownId} not found` } });
    expect((await put('no-uuid')).status).toBe(422);
    const stranger = await (await newTenant()).addClient('theirs');
    expect((await put(stranger.body.id)).status).toBe(404);
    const other = await addClient('for-github', { shortName: 'github' });
    const refused = await put(other.body.id);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ 'body.white_label_id': expect.stringContaining('github') }]);
  });

  it('C11 is the connection’s own before all others', async () => {
    const { addClient, create } = await newTenant();
    await addClient('newer');
    const { body } = await create({ authentication: ownClient(rig.server, 1) });
    expect(await clientAsked(body.auth.auth_url)).toBe('client-two');
  });

  it('stays the one that tokens were given to, when a newer one is added', async () => {
    const { addClient, create, call } = await newTenant();
    const { client_id: clientId, client_secret: clientSecret } = ownClient(rig.server);
    const { body: client } = await addClient(clientId, { clientSecret });
    const { body } = await create();
    expect((await rig.allow(body.auth.auth_url)).searchParams.get('status')).toBe('success');
    await addClient('newer');
    const flat = await call('PUT', `/v1/source-connections/${body.id}`, {});
    expect(flat.body.white_label_id).toBe(client.id);
    expect((await call('DELETE', `${clients}/${client.id}`)).status).toBe(409);
    await call('DELETE', `/v1/source-connections/${body.id}`);
    expect((await call('DELETE', `${clients}/${client.id}`)).status).toBe(200);
  });
});

describe('an organization’s own OAuth client', () => {
  it('is made, shown, changed and deleted, and its secret is never shown', async () => {
    const { addClient, call } = await newTenant();
    const made = await addClient('ours');
    expect(made).toMatchObject({ status: 201, body: { clientId: 'ours', clientSecret: '********' } });
    const path = `${clients}/${made.body.id}`;
    const changed = await call('PATCH', path, { name: 'New name', clientSecret: 'canary-new' });
    expect(changed).toMatchObject({ status: 200, body: { name: 'New name' } });
    const shown = [made, changed, await call('GET', clients), await call('GET', path)];
    const audit = await call('GET', '/tributary/v1/audit-events');
    expect(JSON.stringify([shown, audit].map((one) => JSON.stringify(one)))).not.toMatch(/canary/);
    expect(JSON.stringify(audit.body)).toContain('oauth_client.created');
    expect((await call('DELETE', path)).status).toBe(200);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('is one of a source that takes OAuth', async () => {
    const { addClient, call } = await newTenant();
    expect((await addClient('x', { shortName: 'no_such_source' })).status).toBe(404);
    expect((await addClient('x', { shortName: 'stub' })).status).toBe(400);
    expect((await addClient('')).status).toBe(422);
    const { body } = await addClient('ours');
    expect((await call('PATCH', `${clients}/${body.id}`, { clientId: 'other' })).status).toBe(422);
  });
});
