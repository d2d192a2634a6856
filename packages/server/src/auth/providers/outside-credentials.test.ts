import { afterAll, describe, expect, it } from 'vitest';
import { faultOf, headerOf, VendorRig, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

async function asking(answer: (count: number) => VendorAnswer | Promise<VendorAnswer>) {
  const vendor = await rig.vendor((_, count) => answer(count));
  const key = { api_key: 'key-1', base_url: vendor.origin };
  return { vendor, asked: { kind: 'custom' as const, key, config: { account_id: 'a' } } };
}

const numbered = (count: number): VendorAnswer => ({ body: { access_token: `token-${count + 1}` } });
const { clock } = rig.http;

describe('C12 what an outside vault has given', () => {
  it('is used for five minutes when the vendor does not say how long', async () => {
    const { vendor, asked } = await asking(numbered);
    const opened = await rig.open(asked);
    await clock.sleep(4.9 * 60_000);
    expect(await headerOf(opened)).toBe('Bearer token-1');
    await clock.sleep(0.2 * 60_000);
    expect(await headerOf(opened)).toBe('Bearer token-2');
    expect(vendor.seen).toHaveLength(2);
  });

  it('is used until shortly before its end when the vendor says when that is', async () => {
    const at = (ms: number) => Math.floor((clock.now() + ms) / 1000);
    const { asked } = await asking((count) => ({
      body: { access_token: `token-${count + 1}`, expires_at: at(60 * 60_000) },
    }));
    const opened = await rig.open(asked);
    await clock.sleep(59 * 60_000);
    expect(await headerOf(opened)).toBe('Bearer token-1');
    await clock.sleep(45_000);
    expect(await headerOf(opened)).toBe('Bearer token-2');
  });

  it('is not asked for before every request when its end is past already', async () => {
    const { vendor, asked } = await asking(() => ({
      body: { access_token: 'token-1', expires_at: '2020-01-01T00:00:00Z' },
    }));
    const opened = await rig.open(asked);
    for (let i = 0; i < 20; i += 1) await headerOf(opened);
    expect(vendor.seen).toHaveLength(1);
  });

  it('is asked for once by many at the same time', async () => {
    const { vendor, asked } = await asking(async (count) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return numbered(count);
    });
    const source = rig.source();
    const all = await Promise.all(Array.from({ length: 20 }, () => rig.open(asked, source)));
    expect(new Set(await Promise.all(all.map(headerOf)))).toEqual(new Set(['Bearer token-1']));
    expect(vendor.seen).toHaveLength(1);
  });

  it('is kept apart by account, auth provider and source connection', async () => {
    const { vendor, asked } = await asking(numbered);
    const source = rig.source();
    const one = await rig.open(asked, source);
    const other = await rig.open({ ...asked, authProviderId: 'another' }, source);
    const third = await rig.open({ ...asked, config: { account_id: 'b' } }, source);
    expect(await Promise.all([one, other, third].map(headerOf))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-3',
    ]);
    expect(vendor.seen).toHaveLength(3);
  });

  it('fails with what went wrong, and is asked for again the next time', async () => {
    const { asked } = await asking((count) => (count === 0 ? { status: 404 } : numbered(count)));
    const source = rig.source();
    expect(await faultOf(rig.open(asked, source))).toMatchObject({ problem: 'account_gone' });
    expect(await rig.header(asked, source)).toBe('Bearer token-2');
  });

  it('F1-13 is cut off when its answer does not end, and given up when none comes', async () => {
    let written = 0;
    const endless = await rig.http.serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        written += chunk.length;
        if (response.write(chunk)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const key = { api_key: 'key-1', base_url: endless.origin };
    const asked = { kind: 'custom' as const, key, config: { account_id: 'a' } };
    expect(await faultOf(rig.open(asked))).toMatchObject({ reason: 'invalid_answer' });
    expect(written).toBeLessThan(64 * 1024 * 1024);
    const silent = await rig.http.serve(() => undefined);
    const waiting = { ...asked, key: { ...key, base_url: silent.origin } };
    const fault = await faultOf(rig.open(waiting, rig.source({ patienceMs: 200 })));
    expect(fault).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('longer than 0.2 s') });
  });

  it('is not read by a stored configuration that does not fit any more', async () => {
    const { asked } = await asking(numbered);
    const fault = await faultOf(rig.open({ ...asked, config: { account_id: 'no/path' } }));
    expect(fault).toMatchObject({ problem: 'configuration', message: expect.stringContaining('Give it anew') });
  });
});
