import { afterAll, describe, expect, it } from 'vitest';
import { connectors, faultOf, VendorRig, type Seen, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

const id = '7c0f3f0e-0000-4000-8000-000000000001';

async function asking(answer: (seen: Seen, count: number) => VendorAnswer, config: { account_id?: string } = {}) {
  const vendor = await rig.vendor(answer);
  const key = { api_key: 'key-1', base_url: `${vendor.origin}/creds/` };
  return { vendor, asked: { kind: 'custom' as const, key, config, sourceConnectionId: id } };
}

describe('C12 an endpoint of one’s own', () => {
  it('is asked by the id of the source connection with X-API-Key, and answers with the fields', async () => {
    const { vendor, asked } = await asking(() => ({ body: { access_token: 'token-1' } }));
    expect(await rig.header(asked)).toBe('Bearer token-1');
    expect(vendor.seen[0]).toMatchObject({ path: `/creds/${id}`, headers: { 'x-api-key': 'key-1' } });
  });

  it('may be asked by another name, and may put the fields into credentials', async () => {
    const body = { credentials: { subdomain: 'acme', username: 'reader', password: 'p' } };
    const { vendor, asked } = await asking(() => ({ body }), { account_id: 'acme-1' });
    expect(await rig.open({ ...asked, connector: connectors.password })).toMatchObject({ username: 'reader' });
    expect(vendor.seen[0]?.path).toBe('/creds/acme-1');
  });

  it('is not followed to anywhere else, with the key or without', async () => {
    const other = await rig.vendor(() => ({ body: { access_token: 'stolen' } }));
    for (const status of [301, 302, 303, 307, 308]) {
      const { asked } = await asking(() => ({ status, headers: { location: `${other.origin}/x` } }));
      expect(await faultOf(rig.open(asked))).toMatchObject({ problem: 'configuration' });
    }
    expect(other.seen).toEqual([]);
  });

  it('says of a source connection that it does not know that it is gone', async () => {
    const { asked } = await asking(() => ({ status: 404 }));
    expect(await faultOf(rig.open(asked))).toMatchObject({ problem: 'account_gone' });
  });

  it.each([
    ['a page', 'invalid_answer', '<html>canary-value</html>'],
    ['a list', 'invalid_answer', [{ access_token: 'canary-value' }]],
    ['nothing of use', 'configuration', { note: 'canary-value' }],
    ['too much', 'invalid_answer', { access_token: 'canary-value'.repeat(200_000) }],
  ])('may not answer with %s, which is told without what it holds', async (_, reason, body) => {
    const { asked } = await asking(() => ({ body }));
    const fault = await faultOf(rig.open(asked));
    expect(fault.reason).toBe(reason);
    expect(fault.message).not.toContain('canary-value');
  });

  it('waits as it is told, tries again what is worth it, and no more than that', async () => {
    const before = rig.http.waits.length;
    const limited = await asking((_, count) =>
      count === 0 ? { status: 429, headers: { 'retry-after': '7' } } : { body: { access_token: 'token-1' } },
    );
    expect(await rig.header(limited.asked)).toBe('Bearer token-1');
    expect(rig.http.waits.slice(before)).toContain(7_000);
    const shaky = await asking((_, count) => (count < 2 ? { status: 502 } : { body: { access_token: 'token-1' } }));
    expect(await rig.header(shaky.asked)).toBe('Bearer token-1');
    expect(shaky.vendor.seen).toHaveLength(3);
    const long = await asking(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    expect(await faultOf(rig.open(long.asked))).toMatchObject({ reason: 'rate_limited', retryAfterMs: 3_600_000 });
    const down = await asking(() => ({ status: 500 }));
    expect(await faultOf(rig.open(down.asked))).toMatchObject({ reason: 'unavailable' });
  });
});
