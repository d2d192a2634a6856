import { afterAll, describe, expect, it } from 'vitest';
import { connectors, faultOf, VendorRig, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

const instance = '0b8f7a1e-1111-4222-8333-444455556666';

async function asking(answer: VendorAnswer) {
  const vendor = await rig.vendor(() => answer);
  const key = { api_key: 'key-1', base_url: vendor.origin };
  return { vendor, asked: { kind: 'klavis' as const, key, config: { instance_id: instance } } };
}

describe('C12 Klavis', () => {
  it('gives the access token of an instance', async () => {
    const { vendor, asked } = await asking({
      body: { success: true, authData: { access_token: 'token-1', refresh_token: 'r' } },
    });
    expect(await rig.header(asked)).toBe('Bearer token-1');
    expect(vendor.seen[0]).toMatchObject({
      path: `/mcp-server/instance/${instance}/auth`,
      headers: { authorization: 'Bearer key-1' },
    });
  });

  it('gives an API key that was set as token or as api_key', async () => {
    for (const authData of [{ token: 'sk_1' }, { api_key: 'sk_1' }, { data: { api_key: 'other' }, token: 'sk_1' }]) {
      const { asked } = await asking({ body: { success: true, authData, error: null } });
      const opened = (await rig.open({ ...asked, connector: connectors.apiKey })) as { api_key: { reveal(): string } };
      expect(opened.api_key.reveal()).toBe('sk_1');
    }
  });

  it('tells an instance without credentials from a refused key', async () => {
    const empty = await asking({ body: { success: false, authData: null, error: 'no auth data' } });
    expect(await faultOf(rig.open(empty.asked))).toMatchObject({ problem: 'account_gone' });
    const unknown = await asking({ status: 404, body: { detail: 'Instance not found' } });
    expect(await faultOf(rig.open(unknown.asked))).toMatchObject({ problem: 'account_gone' });
    const refused = await asking({ status: 403, body: { detail: 'Invalid API key' } });
    expect(await faultOf(rig.open(refused.asked))).toMatchObject({ problem: 'key_refused' });
  });

  it('proves a key by an instance that nobody has', async () => {
    const good = await asking({ status: 404, body: { detail: 'Instance not found' } });
    await rig.source().validate('klavis', good.asked.key);
    const bad = await asking({ status: 401 });
    expect(await faultOf(rig.source().validate('klavis', bad.asked.key))).toMatchObject({ problem: 'key_refused' });
  });
});
