import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { providerCatalog } from '@tributary/connectors/provider-catalog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';
import type { ProviderServer } from './testing/provider-server.ts';
import type { OAuth2Tokens } from './tokens.ts';

/** Every row of the table against a server that behaves as the row says, and refuses what the vendor would. */
const rows = Object.values(providerCatalog).filter((row): row is OAuth2Provider => row.type === 'oauth2');

let rig: OAuthRig;
beforeEach(() => {
  rig = new OAuthRig();
});
afterEach(() => rig.close());

describe.each(rows.map((row) => [row.id, row] as const))('%s', (_id, row) => {
  let vendor: ProviderServer;
  beforeEach(async () => {
    vendor = await rig.vendor(row);
  });
  const refresh = (tokens: OAuth2Tokens) => rig.client.refresh(rig.access(vendor), tokens);

  test('sends the browser away with the parameters that the row names', async () => {
    const { started } = await rig.begin(vendor);
    const query = new URL(started.url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ response_type: 'code', ...row.authorizeParameters });
    expect(query.has('code_challenge')).toBe(row.pkce);
    expect(Object.keys(started.memory)).toEqual(row.pkce ? ['verifier'] : []);
    const raw = new RegExp(`[?&]${row.scopeParameter ?? 'scope'}=([^&]*)`).exec(started.url)?.[1] ?? '';
    const separator = { ' ': '%20', ',': '%2C', '+': '+' }[row.scopeSeparator];
    const scopes = [...row.defaultScopes, 'one:read', 'two:read'].map((scope) => encodeURIComponent(scope));
    expect(raw).toBe(scopes.join(separator));
  });

  test('exchanges the code for tokens with an end, and keeps what the answer says beside them', async () => {
    const tokens = await rig.connect(vendor);
    const expiresAt = row.accessTtl ? rig.clock.now() + row.accessTtl * 1000 : undefined;
    expect(tokens.expiresAt).toBe(expiresAt);
    expect(tokens.refreshToken !== undefined).toBe(row.rotation !== 'none');
    expect(tokens.captured).toEqual(
      Object.fromEntries(Object.keys(row.captures ?? {}).map((name) => [name, `captured-${name}`])),
    );
    expect(await rig.client.verify(rig.access(vendor), tokens)).toBe(row.verify ? true : undefined);
  });

  test('a client that proves itself in another way, or with another secret, is refused', async () => {
    const answer = await rig.allow(vendor);
    const clientAuthentication = row.clientAuthentication === 'basic' ? 'body' : 'basic';
    const provider = { ...vendor.provider, clientAuthentication } as const;
    expect((await appErrorOf(rig.client.finish({ ...answer, provider }))).code).toBe('oauth_client_refused');
    const client = { ...vendor.client, id: 'another' };
    expect((await appErrorOf(rig.client.finish({ ...answer, client }))).code).toBe('oauth_client_refused');
  });

  test('PKCE is used exactly where the vendor takes it', async () => {
    const other = { ...vendor.provider, pkce: !row.pkce };
    const { request, started } = await rig.begin(vendor);
    const wrong = await rig.client.start({ ...request, provider: other });
    expect((await fetch(wrong.url, { redirect: 'manual' })).status).toBe(400);
    expect((await fetch(started.url, { redirect: 'manual' })).status).toBe(302);
  });

  test(`refreshes: ${row.rotation}`, async () => {
    const first = await rig.connect(vendor);
    if (row.rotation === 'none') {
      expect((await appErrorOf(refresh(first))).code).toBe('oauth_grant_refused');
      return;
    }
    const second = await refresh(first);
    expect(second.accessToken.reveal()).not.toBe(first.accessToken.reveal());
    expect(second.captured).toEqual(first.captured);
    const same = second.refreshToken?.reveal() === first.refreshToken?.reveal();
    expect(same).toBe(row.rotation === 'stable');
    const again = await refresh(first).catch((error: unknown) => error);
    expect(again).toMatchObject(row.rotation === 'single_use' ? { code: 'oauth_grant_refused' } : { type: 'oauth2' });
    const third = await refresh(row.rotation === 'grace' ? (again as OAuth2Tokens) : second).catch(
      (error: unknown) => error,
    );
    // A used token that came again has ended the whole grant, where tokens are for one use.
    expect(third).toMatchObject(row.rotation === 'single_use' ? { code: 'oauth_grant_refused' } : { type: 'oauth2' });
    if (row.rotation === 'grace') expect((await appErrorOf(refresh(first))).code).toBe('oauth_grant_refused');
  });

  test('a token that has ended is refused, and a refresh gives one that is good', async () => {
    vendor.grants.ttl ??= 600;
    const tokens = await rig.connect(vendor);
    rig.clock.move((tokens.expiresAt ?? 0) - rig.clock.now());
    if (row.verify) expect(await rig.client.verify(rig.access(vendor), tokens)).toBe(false);
    if (row.rotation === 'none') return;
    const newer = await refresh(tokens);
    expect(newer.expiresAt).toBeGreaterThan(rig.clock.now());
    if (row.verify) expect(await rig.client.verify(rig.access(vendor), newer)).toBe(true);
  });

  test(row.revocation ? 'gives the grant back' : 'has no way to give the grant back', async () => {
    const tokens = await rig.connect(vendor);
    expect(await rig.client.revoke(rig.access(vendor), tokens)).toBe(row.revocation !== undefined);
    if (row.verify) expect(await rig.client.verify(rig.access(vendor), tokens)).toBe(row.revocation === undefined);
  });

  test('says that the grant is gone, however this vendor says it', async () => {
    const gone = [{ status: 400, error: undefined }, { status: 401, error: undefined }, ...(row.refusals ?? [])];
    for (const { status, error = 'invalid_grant' } of gone) {
      const answer = await rig.allow(vendor);
      vendor.fail({ status, body: { error, ok: false } });
      expect((await appErrorOf(rig.client.finish(answer))).code).toBe('oauth_grant_refused');
    }
  });

  test('says when to come again after 429', async () => {
    const answer = await rig.allow(vendor);
    vendor.fail({ status: 429, headers: { 'retry-after': '11' }, body: { error: 'invalid_grant' } });
    const error = await appErrorOf(rig.client.finish(answer));
    expect(error).toMatchObject({ code: 'source_rate_limited', details: { shortName: row.id, retryAfterSeconds: 11 } });
    // The code was not used up by the answer, so the same one goes through.
    expect(await rig.client.finish(answer)).toMatchObject({ type: 'oauth2' });
  });
});
