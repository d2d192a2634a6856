import { afterAll, describe, expect, it } from 'vitest';
import { faultOf, headerOf, VendorRig, type Seen, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

const account = (given: object = {}) => ({
  id: 'apn_1',
  name: null,
  external_id: 'user-1',
  healthy: true,
  dead: false,
  app: { id: 'app_1', name_slug: 'notion', name: 'Notion', auth_type: 'oauth' },
  credentials: { oauth_client_id: 'c', oauth_access_token: 'token-1', oauth_uid: 'u' },
  ...given,
});

/** Pipedream with a token endpoint that counts, and an account endpoint that answers as it is told. */
async function asking(answer: (seen: Seen, count: number) => VendorAnswer, config: object = {}) {
  const tokens: string[] = [];
  let asked = 0;
  const vendor = await rig.vendor((seen) => {
    if (seen.path === '/v1/oauth/token') {
      const { client_secret } = JSON.parse(seen.body) as { client_secret: string };
      if (client_secret !== 'secret-1') return { status: 400, body: { error: 'invalid_client' } };
      tokens.push(`pd-${tokens.length + 1}`);
      return { body: { access_token: tokens.at(-1), token_type: 'Bearer', expires_in: 3600 } };
    }
    asked += 1;
    return answer(seen, asked - 1);
  });
  return {
    vendor,
    tokens,
    asked: {
      kind: 'pipedream' as const,
      key: { client_id: 'client-1', client_secret: 'secret-1', base_url: vendor.origin },
      config: { project_id: 'proj_1', account_id: 'apn_1', ...config },
    },
  };
}

describe('C12 Pipedream', () => {
  it('is asked with a token of our client, the environment and the account', async () => {
    const { vendor, asked } = await asking(() => ({ body: account() }), { environment: 'development' });
    expect(await rig.header(asked)).toBe('Bearer token-1');
    const [token, got] = vendor.seen;
    expect(JSON.parse(token?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: 'secret-1',
    });
    expect(got).toMatchObject({
      path: '/v1/connect/proj_1/accounts/apn_1',
      query: { include_credentials: 'true' },
      headers: { authorization: 'Bearer pd-1', 'x-pd-environment': 'development' },
    });
  });

  it.each([
    ['itself', (one: object) => one],
    ['inside data', (one: object) => ({ data: one })],
    ['as the only one of a list', (one: object) => ({ page_info: { count: 1 }, data: [one] })],
  ])('takes an account that comes %s', async (_, shape) => {
    const { asked } = await asking(() => ({ body: shape(account()) }));
    expect(await rig.header(asked)).toBe('Bearer token-1');
  });

  it('keeps our token until ten minutes before its end', async () => {
    const { tokens, asked } = await asking(() => ({ body: account() }));
    const source = rig.source();
    await rig.open(asked, source);
    await rig.open(asked, source);
    await rig.http.clock.sleep(49 * 60_000);
    await rig.open(asked, source);
    expect(tokens).toHaveLength(1);
    await rig.http.clock.sleep(2 * 60_000);
    await rig.open(asked, source);
    expect(tokens).toHaveLength(2);
  });

  it('takes another token once when the one that it has is refused', async () => {
    const { tokens, asked } = await asking((seen) =>
      seen.headers['authorization'] === 'Bearer pd-1' ? { status: 401 } : { body: account() },
    );
    expect(await rig.header(asked)).toBe('Bearer token-1');
    expect(tokens).toHaveLength(2);
    const never = await asking(() => ({ status: 401 }));
    expect(await faultOf(rig.open(never.asked))).toMatchObject({ problem: 'key_refused' });
    expect(never.tokens).toHaveLength(2);
  });

  it('explains why accounts of the default OAuth client have no credentials', async () => {
    const { asked } = await asking(() => ({ body: account({ credentials: undefined }) }));
    expect(await faultOf(rig.open(asked))).toMatchObject({
      problem: 'configuration',
      message: expect.stringMatching(/default OAuth client.*OAuth client of your own/),
    });
  });

  it('compares the app, the user and the account with what is wanted', async () => {
    const app = await asking(() => ({ body: account({ app: { name_slug: 'slack_v2' } }) }));
    expect(await faultOf(rig.open(app.asked))).toMatchObject({ problem: 'configuration' });
    const user = await asking(() => ({ body: account() }), { external_user_id: 'user-2' });
    expect(await faultOf(rig.open(user.asked))).toMatchObject({ problem: 'configuration' });
    const dead = await asking(() => ({ body: account({ dead: true }) }));
    expect(await faultOf(rig.open(dead.asked))).toMatchObject({ problem: 'account_gone' });
    const gone = await asking(() => ({ status: 404, body: { error: 'record not found' } }));
    expect(await faultOf(rig.open(gone.asked))).toMatchObject({ problem: 'account_gone' });
  });

  it('knows the apps that have another name there', async () => {
    const { asked } = await asking(() => ({ body: account({ app: { name_slug: 'slack_v2' } }) }));
    const { connectors } = await import('./testing/vendor-rig.ts');
    expect(await headerOf(await rig.open({ ...asked, connector: { ...connectors.token, id: 'slack' } }))).toBe(
      'Bearer token-1',
    );
  });

  it('uses a token until the vendor renews it', async () => {
    const now = rig.http.clock.now();
    const iso = (ms: number) => new Date(now + ms).toISOString();
    const times = { expires_at: iso(60 * 60_000), next_refresh_at: iso(20 * 60_000) };
    let count = 0;
    const { asked } = await asking(() => {
      count += 1;
      return { body: account({ ...times, credentials: { oauth_access_token: `token-${count}` } }) };
    });
    const opened = await rig.open(asked);
    await rig.http.clock.sleep(15 * 60_000);
    expect(await headerOf(opened)).toBe('Bearer token-1');
    await rig.http.clock.sleep(5 * 60_000);
    expect(await headerOf(opened)).toBe('Bearer token-2');
  });

  it('proves a key by a token', async () => {
    const { asked } = await asking(() => ({ status: 500 }));
    await rig.source().validate('pipedream', asked.key);
    const wrong = rig.source().validate('pipedream', { ...asked.key, client_secret: 'other' });
    expect(await faultOf(wrong)).toMatchObject({ problem: 'key_refused' });
  });
});
