import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Lookup } from '@tributary/connectors/kit/network-guard';
import { Secret } from '@tributary/connectors/kit/secret';
import { privateUrls, zoneLookup } from '@tributary/connectors/kit/testing-private-urls';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestService } from '../../../test/harness/service.ts';
import { createOAuthClient } from '../oauth/create-oauth-client.ts';
import { exampleProvider, faultOf, VendorRig } from './testing/vendor-rig.ts';

const rig = new VendorRig();
const { clock } = rig.http;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const oauth = createOAuthClient({ policy: { allow: [] }, clock, log, lookup: zoneLookup });
afterAll(async () => {
  await oauth.close();
  await rig.close();
});

const asking = (base_url: string) => ({
  kind: 'custom' as const,
  key: { api_key: 'canary-key', base_url },
  config: {},
});

describe('F1-6 an address inside', () => {
  const source = rig.source({ allow: [], lookup: zoneLookup });

  it.each(privateUrls)('is not asked for credentials, written as %s', async (url) => {
    const fault = await faultOf(rig.open(asking(url), source));
    expect(['refused', 'configuration']).toContain(fault.reason);
    expect(fault.message).not.toContain('canary');
  });

  it.each(privateUrls)('is no token endpoint, written as %s', async (url) => {
    const access = {
      provider: { ...exampleProvider, tokenUrl: url },
      client: { id: 'c', secret: new Secret('canary-secret') },
      parameters: { subdomain: 'acme' },
    };
    const tokens = {
      type: 'oauth2',
      accessToken: new Secret('a'),
      refreshToken: new Secret('canary-token'),
      captured: {},
    } as const;
    await expect(oauth.refresh(access, tokens)).rejects.toMatchObject({
      // With a dot behind it, a name is none that the table's resolver knows.
      code: expect.stringMatching(url.includes('localhost.') ? /./ : /^(host_access_refused|oauth_provider_failed)$/),
      message: expect.not.stringContaining('canary'),
    });
  });

  it('is not reached by a redirect of a vendor', async () => {
    const inside = await rig.vendor(() => ({ body: { access_token: 'inside' } }));
    const port = new URL(inside.origin).port;
    const location = `http://127.0.0.2:${port}/latest/meta-data/`;
    const vendor = await rig.vendor(() => ({ status: 307, headers: { location } }));
    const allowed = rig.source({ allow: ['127.0.0.1'] });
    const key = { api_key: 'k', base_url: vendor.origin };
    const config = { instance_id: '0b8f7a1e-1111-4222-8333-444455556666' };
    expect(await faultOf(rig.open({ kind: 'klavis', key, config }, allowed))).toMatchObject({ reason: 'refused' });
  });

  it('is not reached when a name is bound anew between two calls', async () => {
    const outside = await rig.vendor(() => ({ body: { access_token: 'token-1' } }));
    const { port } = new URL(outside.origin);
    let reached = 0;
    const inside = createServer((_, response) => {
      reached += 1;
      response.end('{"access_token":"inside"}');
    });
    inside.listen(Number(port), '127.0.0.2');
    await once(inside, 'listening');
    // The check of plain HTTP and the connection itself ask for the name, so twice for one call.
    const answers = ['127.0.0.1', '127.0.0.1'];
    const lookup: Lookup = async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }];
    const rebound = rig.source({ allow: ['127.0.0.1'], lookup });
    const asked = asking(`http://rebind.test:${port}`);
    try {
      await rig.open(asked, rebound);
      expect(outside.seen).toHaveLength(1);
      expect(await faultOf(rig.open(asked, rebound))).toMatchObject({ reason: 'refused' });
      expect(reached).toBe(0);
    } finally {
      inside.close();
    }
  });

  it('is needed for an address without encryption: the key does not cross the internet in the clear', async () => {
    const fault = await faultOf(rig.open(asking('http://public.test/creds'), source));
    expect(fault).toMatchObject({ problem: 'configuration', message: expect.stringContaining('use https:') });
  });

  it('is stored nowhere after it was refused by the API', async () => {
    const t = await startTestService({ TRIBUTARY_ALLOW_PRIVATE_NETWORK: '' });
    try {
      // Only the system's resolver is asked here, which does not know the table's names.
      const resolvable = privateUrls.filter((url) => !/\.(test|io|internal|localdomain)\b|ip6-/.test(url));
      expect(resolvable.length).toBeGreaterThan(60);
      for (const base_url of resolvable) {
        const auth_fields = { api_key: 'canary-key', base_url };
        const given = { name: 'Inside', short_name: 'custom', auth_fields };
        const { status, body } = await t.api('POST', '/v1/auth-providers', given);
        expect([400, 403, 422], base_url).toContain(status);
        expect(JSON.stringify(body)).not.toContain('canary');
      }
      expect((await t.api('GET', '/v1/auth-providers/connections')).body).toEqual([]);
    } finally {
      await t.stop();
    }
  });
});
