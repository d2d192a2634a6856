import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
let client: { readonly id: string; readonly key: string };
beforeAll(async () => {
  t = await startApiops();
  client = await newClient();
});
afterAll(() => t.service.stop());

async function newClient(body: object = { scopes: ['source_connections:write'] }) {
  const made = await t.service.api('POST', '/tributary/v1/api-keys', body);
  return made.body as { readonly id: string; readonly key: string };
}

const ask = (fields: Readonly<Record<string, string>>) =>
  t.service.api('POST', '/apiops/auth/token', new URLSearchParams(fields).toString(), {
    key: null,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
const grant = { grant_type: 'client_credentials' };
const tokenFor = (one: typeof client) => ask({ ...grant, client_id: one.id, client_secret: one.key });

describe('Z02 a token', () => {
  it('is given for the id of an API key and the key, and lets its bearer do what the key may', async () => {
    const { status, body, headers } = await tokenFor(client);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^tribat_\w{43}$/),
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(headers.get('cache-control')).toContain('no-store');
    const name = await t.make();
    expect((await t.on('PUT', `/${name}/`, mail, { key: body.access_token })).status).toBe(200);
    const { body: events } = await t.service.api('GET', '/tributary/v1/audit-events?limit=1');
    expect(events.items[0]).toMatchObject({ action: 'connection.updated', actor: { apiKeyId: client.id } });
    const elsewhere = await t.service.api('GET', '/source-connections', undefined, { key: body.access_token });
    expect(elsewhere.status).toBe(200);
    expect((await t.service.api('GET', '/collections', undefined, { key: body.access_token })).status).toBe(403);
  });

  it('ends with its key', async () => {
    const short = await newClient();
    const { access_token: key } = (await tokenFor(short)).body;
    expect((await t.on('GET', '/?type=email', undefined, { key })).status).toBe(200);
    await t.service.api('DELETE', `/tributary/v1/api-keys/${short.id}`);
    expect((await t.on('GET', '/?type=email', undefined, { key })).status).toBe(401);
    expect((await tokenFor(short)).status).toBe(401);
  });

  it('is refused to other grants, and to ids and secrets that do not belong together', async () => {
    const other = await newClient();
    for (const grant_type of ['', 'password', 'CLIENT_CREDENTIALS']) {
      const { status, body } = await ask({ grant_type, client_id: client.id, client_secret: client.key });
      expect([grant_type, status]).toEqual([grant_type, 400]);
      expect(body).toEqual({
        error: 'unsupported_grant_type',
        error_description: 'GrantType value must be client_credentials!',
      });
    }
    for (const fields of [
      {},
      { client_id: client.id },
      { client_secret: client.key },
      { client_id: client.id, client_secret: other.key },
      { client_id: 'admin', client_secret: client.key },
      { client_id: client.id, client_secret: `${client.key}x` },
    ]) {
      const { status, body } = await ask({ ...grant, ...fields });
      expect([fields, status]).toEqual([fields, 401]);
      expect(body).toEqual({ error: 'unauthorized_client', error_description: 'Bad credentials' });
    }
  });
});
