import { afterAll, describe, expect, it } from 'vitest';
import { connectors, faultOf, headerOf, VendorRig, type Seen, type VendorAnswer } from './testing/vendor-rig.ts';

const rig = new VendorRig();
afterAll(() => rig.close());

async function asking(answer: (seen: Seen, count: number) => VendorAnswer) {
  const vendor = await rig.vendor(answer);
  const key = { secret_key: 'key-1', base_url: `${vendor.origin}/` };
  const config = { connection_id: 'c1', provider_config_key: 'notion-1' };
  return { vendor, asked: { kind: 'nango' as const, key, config } };
}

const connection = (credentials: object, connection_config: object = {}): VendorAnswer => ({
  body: {
    id: 1,
    connection_id: 'c1',
    provider_config_key: 'notion-1',
    provider: 'notion',
    connection_config,
    credentials,
  },
});

describe('C12 Nango', () => {
  it('gives the access token of a connection, and what its configuration says beside it', async () => {
    const { vendor, asked } = await asking(() =>
      connection({ type: 'OAUTH2', access_token: 'token-1', raw: { access_token: 'raw' } }, { subdomain: 'acme' }),
    );
    const opened = await rig.open(asked);
    expect(await headerOf(opened)).toBe('Bearer token-1');
    expect(opened).toMatchObject({ captured: { subdomain: 'acme' } });
    expect(vendor.seen[0]).toMatchObject({
      path: '/connections/c1',
      query: { provider_config_key: 'notion-1' },
      headers: { authorization: 'Bearer key-1' },
    });
  });

  it('takes no part of an address that does not look like one', async () => {
    const { asked } = await asking(() => connection({ access_token: 't' }, { subdomain: 'evil.example/x?' }));
    expect(await rig.open(asked)).toMatchObject({ captured: {} });
  });

  it('asks older installations by the older path', async () => {
    const { vendor, asked } = await asking(({ path }) =>
      path === '/connection/c1' ? connection({ type: 'OAUTH2', access_token: 'token-1' }) : { status: 404 },
    );
    expect(await rig.header(asked)).toBe('Bearer token-1');
    expect(vendor.seen.map(({ path }) => path)).toEqual(['/connections/c1', '/connection/c1']);
  });

  it('gives several fields where the source needs several', async () => {
    const { asked } = await asking(() =>
      connection({ type: 'BASIC', username: 'reader', password: 'p' }, { subdomain: 'acme' }),
    );
    const opened = await rig.open({ ...asked, connector: connectors.password });
    expect(opened).toMatchObject({ subdomain: 'acme', username: 'reader' });
    expect((opened as { password: { reveal(): string } }).password.reveal()).toBe('p');
  });

  it('gives an API key that it calls apiKey', async () => {
    const { asked } = await asking(() => connection({ type: 'API_KEY', apiKey: 'sk_1' }));
    const opened = (await rig.open({ ...asked, connector: connectors.apiKey })) as { api_key: { reveal(): string } };
    expect(opened.api_key.reveal()).toBe('sk_1');
  });

  it('is made to renew after the source has refused the token', async () => {
    const { vendor, asked } = await asking((_, count) => connection({ access_token: `token-${count + 1}` }));
    const opened = (await rig.open(asked)) as {
      authorization: { header(of: object): Promise<never>; renew(of: object): Promise<boolean> };
    };
    const refused = await opened.authorization.header({});
    expect(await opened.authorization.renew(refused)).toBe(true);
    expect(vendor.seen.map(({ query }) => query['force_refresh'])).toEqual([undefined, 'true']);
    // Somebody else comes late with the same refusal: there is a newer one already.
    expect(await opened.authorization.renew(refused)).toBe(true);
    expect(vendor.seen).toHaveLength(2);
  });

  it('says that there is nothing newer when the same token comes again', async () => {
    const { asked } = await asking(() => connection({ access_token: 'token-1' }));
    const opened = (await rig.open(asked)) as {
      authorization: { header(of: object): Promise<never>; renew(of: object): Promise<boolean> };
    };
    expect(await opened.authorization.renew(await opened.authorization.header({}))).toBe(false);
  });

  it.each([
    [400, { error: { code: 'unknown_provider_config' } }, 'configuration'],
    [401, { error: { code: 'invalid_secret_key' } }, 'key_refused'],
    [403, { error: { code: 'forbidden' } }, 'key_refused'],
    [404, { error: { code: 'not_found' } }, 'account_gone'],
    [424, { error: { code: 'invalid_credentials' } }, 'account_gone'],
  ])('takes %i for what it is', async (status, body, problem) => {
    const { asked } = await asking(() => ({ status, body }));
    expect(await faultOf(rig.open(asked))).toMatchObject({ problem });
  });

  it('proves a key by a connection that nobody has', async () => {
    const good = await asking(() => ({ status: 400, body: { error: { code: 'unknown_provider_config' } } }));
    await rig.source().validate('nango', good.asked.key);
    const scope = await asking(() => ({ status: 403 }));
    expect((await faultOf(rig.source().validate('nango', scope.asked.key))).message).toContain('read_credentials');
  });
});
