import { afterAll, describe, expect, it } from 'vitest';
import { connectors, faultOf, VendorRig, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

/** An answer of `GET /api/v3/connected_accounts/{nanoid}`. */
const account = (given: object = {}) => ({
  id: 'ca_1',
  status: 'ACTIVE',
  status_reason: null,
  is_disabled: false,
  toolkit: { slug: 'notion' },
  auth_config: { id: 'ac_1', auth_scheme: 'OAUTH2', is_composio_managed: false, is_disabled: false },
  state: {
    authScheme: 'OAUTH2',
    val: { status: 'ACTIVE', access_token: 'token-1', token_type: 'bearer', expires_in: 3600 },
  },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  ...given,
});

async function asking(answer: VendorAnswer | (() => VendorAnswer), config: object = {}) {
  const vendor = await rig.vendor(() => (typeof answer === 'function' ? answer() : answer));
  const asked = {
    kind: 'composio' as const,
    key: { api_key: 'key-1', base_url: vendor.origin },
    config: { account_id: 'ca_1', ...config },
  };
  return { vendor, asked };
}

describe('C12 Composio', () => {
  it('gives the access token of one account, which it is asked for by its id', async () => {
    const { vendor, asked } = await asking({ body: account() }, { auth_config_id: 'ac_1' });
    expect(await rig.header(asked)).toBe('Bearer token-1');
    expect(vendor.seen.map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([
      ['/api/v3/connected_accounts/ca_1', 'key-1'],
    ]);
  });

  it('gives an API key by whatever name it has it', async () => {
    const state = { authScheme: 'API_KEY', val: { status: 'ACTIVE', generic_api_key: 'sk_1' } };
    const { asked } = await asking({ body: account({ state, toolkit: { slug: 'stripe' } }) });
    const opened = (await rig.open({ ...asked, connector: connectors.apiKey })) as { api_key: { reveal(): string } };
    expect(opened.api_key.reveal()).toBe('sk_1');
  });

  it('reads the older shape, with the values in data', async () => {
    const { asked } = await asking({ body: account({ state: undefined, data: { access_token: 'old' } }) });
    expect(await rig.header(asked)).toBe('Bearer old');
  });

  it('says which setting hides the values', async () => {
    const state = { authScheme: 'OAUTH2', val: { access_token: 'REDACTED' } };
    const { asked } = await asking({ body: account({ state }) });
    expect(await faultOf(rig.open(asked))).toMatchObject({
      problem: 'configuration',
      message: expect.stringMatching(/hides access_token .*mask_secret_keys_in_connected_account/),
    });
  });

  it('says that accounts of its own auth configs never show their values', async () => {
    const state = { authScheme: 'OAUTH2', val: { access_token: 'REDACTED' } };
    const auth_config = { id: 'ac_1', is_composio_managed: true };
    const { asked } = await asking({ body: account({ state, auth_config }) });
    expect((await faultOf(rig.open(asked))).message).toMatch(/auth config with your own OAuth client/);
  });

  it.each([
    ['EXPIRED', 'account_gone'],
    ['FAILED', 'account_gone'],
    ['INACTIVE', 'account_gone'],
    ['INITIATED', 'configuration'],
    ['INITIALIZING', 'configuration'],
  ])('takes the status %s for %s', async (status, problem) => {
    const { asked } = await asking({ body: account({ status }) });
    expect(await faultOf(rig.open(asked))).toMatchObject({ problem });
  });

  it('does not hand the token of another app or auth config on', async () => {
    const other = await asking({ body: account({ toolkit: { slug: 'gmail' } }) });
    expect(await faultOf(rig.open(other.asked))).toMatchObject({ problem: 'configuration' });
    const config = await asking({ body: account() }, { auth_config_id: 'ac_2' });
    expect(await faultOf(rig.open(config.asked))).toMatchObject({ problem: 'configuration' });
  });

  it('tells a refused key from an account that is not there', async () => {
    const key = await asking({ status: 401, body: { error: { message: 'Invalid API key' } } });
    expect(await faultOf(rig.open(key.asked))).toMatchObject({ problem: 'key_refused', reason: 'credential' });
    const gone = await asking({ status: 404, body: { error: { message: 'not found' } } });
    expect(await faultOf(rig.open(gone.asked))).toMatchObject({ problem: 'account_gone', reason: 'credential' });
  });

  it('names the fields that are missing and those that there are, and no value of any', async () => {
    const state = { authScheme: 'OAUTH2', val: { scope: 'canary-value', account_url: 'canary-value' } };
    const { asked } = await asking({ body: account({ state }) });
    const fault = await faultOf(rig.open(asked));
    expect(fault).toMatchObject({ problem: 'missing_fields', reason: 'configuration' });
    expect(fault.message).toBe('Composio has no access_token for this account. It has: account_url, scope.');
  });

  it('proves a key by a list of one', async () => {
    const { vendor, asked } = await asking({ body: { items: [] } });
    await rig.source().validate('composio', asked.key);
    expect(vendor.seen[0]).toMatchObject({ path: '/api/v3/connected_accounts', query: { limit: '1' } });
    const refused = await asking({ status: 401 });
    expect(await faultOf(rig.source().validate('composio', refused.asked.key))).toMatchObject({
      problem: 'key_refused',
    });
  });
});
