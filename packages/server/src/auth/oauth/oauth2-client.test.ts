import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOAuthClient } from './create-oauth-client.ts';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';

const plain: OAuth2Provider = {
  type: 'oauth2',
  id: 'plain',
  title: 'Plain',
  docs: 'https://vendor.example/docs',
  authorizeUrl: 'https://vendor.example/authorize',
  tokenUrl: 'https://vendor.example/token',
  revocation: { url: 'https://vendor.example/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['offline'],
  accessTtl: 3600,
  rotation: 'single_use',
  baseUrl: 'https://api.vendor.example',
  verify: { method: 'GET', path: '/me' },
};

let rig: OAuthRig;
beforeEach(() => {
  rig = new OAuthRig();
});
afterEach(() => rig.close());

describe('the authorization code grant', () => {
  test('F1-8 goes through with PKCE and ends with tokens that say when they expire', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    expect(tokens).toMatchObject({ type: 'oauth2', expiresAt: rig.clock.now() + 3_600_000, captured: {} });
    expect(tokens.scope).toBe('offline one:read two:read');
    expect(await rig.client.verify(rig.access(vendor), tokens)).toBe(true);
  });

  test('F1-8 the authorization address carries an S256 challenge, never the verifier', async () => {
    const { started } = await rig.begin(await rig.vendor(plain));
    const query = new URL(started.url).searchParams;
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(started.url).not.toContain(started.memory['verifier']);
    expect(started.url).toContain('scope=offline%20one%3Aread%20two%3Aread');
  });

  test('F1-8 without its verifier the provider refuses the code, and that is said', async () => {
    const vendor = await rig.vendor(plain);
    const answer = await rig.allow(vendor);
    const other = await rig.begin(vendor);
    const error = await appErrorOf(rig.client.finish({ ...answer, memory: other.started.memory }));
    expect(error).toMatchObject({ code: 'oauth_grant_refused', details: { provider: 'plain' } });
  });

  test('F1-8 an answer with another state is refused before the code is sent', async () => {
    const vendor = await rig.vendor(plain);
    const answer = await rig.allow(vendor);
    const error = await appErrorOf(rig.client.finish({ ...answer, state: 'another' }));
    expect(error.code).toBe('oauth_provider_failed');
    expect(vendor.tokenRequests()).toEqual([]);
  });

  test.each([
    ['no issuer in the row, iss of another host', undefined, 'https://evil.example', false],
    ['no issuer in the row, iss of its host', undefined, 'ORIGIN/tenant/v2', true],
    ['no issuer in the row, nonsense', undefined, 'nonsense', false],
    ['an issuer in the row, another one', 'https://good.example', 'https://good.example/other', false],
    ['an issuer in the row, the same', 'https://good.example', 'https://good.example', true],
    ['an issuer in the row, and two of them', 'https://good.example', 'TWICE', false],
  ])('F1-8 checks iss: %s', async (_title, issuer, iss, good) => {
    const vendor = await rig.vendor({ ...plain, ...(issuer !== undefined && { issuer }) });
    const answer = await rig.allow(vendor);
    if (iss === 'TWICE')
      for (const one of ['https://good.example', 'https://x.example']) answer.query.append('iss', one);
    else answer.query.set('iss', iss.replace('ORIGIN', vendor.origin));
    const outcome = await rig.client.finish(answer).catch((error: unknown) => error);
    expect(outcome).toMatchObject(good ? { type: 'oauth2' } : { code: 'oauth_provider_failed' });
    expect(vendor.tokenRequests()).toHaveLength(good ? 1 : 0);
  });

  test('a person who says no is told so', async () => {
    const answer = await rig.allow(await rig.vendor(plain));
    const query = new URLSearchParams({ error: 'access_denied', state: answer.state });
    const error = await appErrorOf(rig.client.finish({ ...answer, query }));
    expect(error).toMatchObject({ code: 'oauth_denied', details: { reason: 'access_denied' } });
  });
});

describe('what the answer means', () => {
  test.each([
    ['invalid_grant with 400', { status: 400, body: { error: 'invalid_grant' } }, 'oauth_grant_refused'],
    ['invalid_grant with 401', { status: 401, body: { error: 'invalid_grant' } }, 'oauth_grant_refused'],
    ['invalid_grant with 403', { status: 403, body: { error: 'invalid_grant' } }, 'oauth_grant_refused'],
    ['invalid_grant with 200', { status: 200, body: { error: 'invalid_grant' } }, 'oauth_grant_refused'],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'oauth_client_refused'],
    ['access_denied, as Auth0 says it', { status: 401, body: { error: 'access_denied' } }, 'oauth_client_refused'],
    ['500', { status: 500, body: { error: 'invalid_grant' } }, 'oauth_provider_unreachable'],
    ['503 without JSON', { status: 503 }, 'oauth_provider_unreachable'],
    [
      'temporarily_unavailable',
      { status: 400, body: { error: 'temporarily_unavailable' } },
      'oauth_provider_unreachable',
    ],
    ['no JSON', { status: 200 }, 'oauth_provider_failed'],
    ['no token', { status: 200, body: { token_type: 'bearer' } }, 'oauth_provider_failed'],
    ['a token that is no text', { status: 200, body: { access_token: 7 } }, 'oauth_provider_failed'],
    [
      'a scheme nobody speaks',
      { status: 200, body: { access_token: 'x', token_type: 'mac' } },
      'oauth_provider_failed',
    ],
    [
      'nonsense for expires_in',
      { status: 200, body: { access_token: 'x', expires_in: 'soon' } },
      'oauth_provider_failed',
    ],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'oauth_provider_failed'],
  ])('%s', async (_title, reply, code) => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    vendor.fail(reply);
    expect((await appErrorOf(rig.client.refresh(rig.access(vendor), tokens))).code).toBe(code);
    expect(vendor.tokenRequests()).toHaveLength(2);
  });

  test('429 says when to come again, in seconds or as a date', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    const date = new Date(rig.clock.now() + 90_000).toUTCString();
    for (const [value, seconds] of [
      ['17', 17],
      [date, 90],
      [undefined, 60],
    ] as const) {
      vendor.fail({ status: 429, ...(value !== undefined && { headers: { 'retry-after': value } }) });
      const error = await appErrorOf(rig.client.refresh(rig.access(vendor), tokens));
      expect(error).toMatchObject({
        code: 'source_rate_limited',
        details: { shortName: 'plain', retryAfterSeconds: seconds },
      });
    }
  });

  test('an answer above a megabyte is not read to its end', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    vendor.fail({ status: 200, body: { access_token: 'x'.repeat(2_000_000) } });
    expect((await appErrorOf(rig.client.refresh(rig.access(vendor), tokens))).code).toBe('oauth_provider_failed');
  });
});

describe('a refresh', () => {
  test('keeps what the answer leaves out', async () => {
    const vendor = await rig.vendor({ ...plain, captures: { team: 'team.id' } });
    const tokens = await rig.connect(vendor);
    vendor.fail({ status: 200, body: { access_token: 'newer', expires_in: '120' } });
    const newer = await rig.client.refresh(rig.access(vendor), tokens);
    expect(newer.accessToken.reveal()).toBe('newer');
    expect(newer).toMatchObject({ scope: tokens.scope, captured: { team: 'captured-team' } });
    expect(newer.refreshToken).toBe(tokens.refreshToken);
    expect(newer.expiresAt).toBe(rig.clock.now() + 120_000);
  });

  test('knows when the refresh token dies: from the answer first, from the row else', async () => {
    const vendor = await rig.vendor({ ...plain, refreshIdleTtl: 500 });
    const tokens = await rig.connect(vendor);
    expect(tokens.refreshExpiresAt).toBe(rig.clock.now() + 500_000);
    vendor.fail({ status: 200, body: { access_token: 'a', refresh_token: 'r', refresh_token_expires_in: '70' } });
    const newer = await rig.client.refresh(rig.access(vendor), tokens);
    expect(newer.refreshExpiresAt).toBe(rig.clock.now() + 70_000);
  });

  test('without a refresh token nothing is asked', async () => {
    const vendor = await rig.vendor({ ...plain, rotation: 'none' });
    const tokens = await rig.connect(vendor);
    expect((await appErrorOf(rig.client.refresh(rig.access(vendor), tokens))).code).toBe('oauth_grant_refused');
    expect(vendor.tokenRequests()).toHaveLength(1);
  });
});

describe('the network', () => {
  test('a provider that does not answer in time is to be tried again', async () => {
    const hanging = createServer(() => undefined);
    hanging.listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo;
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    const { clock, log } = rig;
    const hasty = createOAuthClient({ policy: { allow: 'all' }, clock, log, timeouts: { totalMs: 100 } });
    const provider = { ...vendor.provider, tokenUrl: `http://127.0.0.1:${port}/token` };
    const error = await appErrorOf(hasty.refresh({ ...rig.access(vendor), provider }, tokens));
    expect(error.code).toBe('oauth_provider_unreachable');
    await hasty.close();
    hanging.closeAllConnections();
    hanging.close();
  });

  test('503 says when to come again, if the provider does', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    vendor.fail({ status: 503, headers: { 'retry-after': '33' } });
    const error = await appErrorOf(rig.client.refresh(rig.access(vendor), tokens));
    expect(error).toMatchObject({ code: 'oauth_provider_unreachable', details: { retryAfterSeconds: 33 } });
  });

  test.each([
    'https://127.0.0.1/token',
    'https://127.1/token',
    'https://2130706433/token',
    'https://0x7f.1/token',
    'https://[::1]/token',
    'https://[::ffff:10.0.0.1]/token',
    'https://169.254.169.254/token',
    'https://100.100.100.200/token',
    'https://inner.example/token',
    'https://half.example/token',
    'http://inner.example/token',
    'http://93.184.215.14/token',
    'https://vendor.example:25/token',
  ])('F1-6 %s is refused, with the form unsent', async (tokenUrl) => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    const addresses: Record<string, string[]> = {
      'inner.example': ['10.1.2.3'],
      'half.example': ['93.184.215.14', '192.168.0.9'],
    };
    const lookup = async (host: string) => (addresses[host] ?? []).map((address) => ({ address, family: 4 }));
    const { clock, log } = rig;
    const strict = createOAuthClient({ policy: { allow: ['172.16.0.0/12'] }, clock, log, lookup });
    const provider = { ...vendor.provider, tokenUrl };
    const error = await appErrorOf(strict.refresh({ ...rig.access(vendor), provider }, tokens));
    expect(error.code).toBe('host_access_refused');
    await strict.close();
  });

  test('F1-6 a name that turns public between the check and the connection gets nothing in the clear', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    const answers = ['127.0.0.1', '127.0.0.1', '93.184.215.14'];
    const lookup = async () => [{ address: answers.shift() ?? '93.184.215.14', family: 4 }];
    const { clock, log } = rig;
    const open = createOAuthClient({ policy: { allow: 'all' }, clock, log, lookup });
    const provider = { ...vendor.provider, tokenUrl: vendor.provider.tokenUrl.replace('127.0.0.1', 'turning.example') };
    const asked = vendor.seen.length;
    const error = await appErrorOf(open.refresh({ ...rig.access(vendor), provider }, tokens));
    // Refused by the resolver of the connection itself, not by a public host that happens to be out of reach.
    expect(error).toMatchObject({
      code: 'oauth_provider_unreachable',
      message: expect.stringContaining('does not resolve'),
    });
    expect([answers, vendor.seen.length]).toEqual([[], asked]);
    await open.close();
  });

  test('F1-6 a private token address is refused unless the operator allows its range', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    const strict = createOAuthClient({ policy: { allow: [] }, clock: rig.clock, log: rig.log });
    const asked = vendor.seen.length;
    const error = await appErrorOf(strict.refresh(rig.access(vendor), tokens));
    expect(error.code).toBe('host_access_refused');
    expect(vendor.seen).toHaveLength(asked);
    await strict.close();
  });

  test('F1-6 plain HTTP is refused where it would cross the internet, whatever the policy', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    let asked = 0;
    const lookup = () => {
      asked += 1;
      return Promise.resolve([{ address: '93.184.215.14', family: 4 }]);
    };
    const open = createOAuthClient({ policy: { allow: 'all' }, clock: rig.clock, log: rig.log, lookup });
    for (const tokenUrl of ['http://93.184.215.14/token', 'http://vendor.example/token']) {
      const provider = { ...vendor.provider, tokenUrl };
      const error = await appErrorOf(open.refresh({ ...rig.access(vendor), provider }, tokens));
      expect(error).toMatchObject({ code: 'host_access_refused', message: expect.stringContaining('not encrypted') });
    }
    expect(asked).toBe(1);
    await open.close();
  });

  test('a provider that is down is to be tried again', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    vendor.close();
    expect((await appErrorOf(rig.client.refresh(rig.access(vendor), tokens))).code).toBe('oauth_provider_unreachable');
  });
});

test('no secret of the form, the header or the tokens shows in a log line or an error', async () => {
  for (const clientAuthentication of ['body', 'basic'] as const) {
    const vendor = await rig.vendor({ ...plain, clientAuthentication });
    const answer = await rig.allow(vendor);
    const code = answer.query.get('code') ?? '';
    const verifier = answer.memory['verifier'] ?? '';
    const parrot = {
      error: 'invalid_grant',
      error_description: `${code} ${verifier} ${vendor.client.secret.reveal()}`,
    };
    vendor.fail({ status: 400, body: parrot });
    const refused = await appErrorOf(rig.client.finish(answer));
    const tokens = await rig.connect(vendor);
    const refreshToken = tokens.refreshToken?.reveal() ?? '';
    vendor.fail({ status: 400, body: { error: `no ${refreshToken}`, error_description: refreshToken } });
    const failed = await appErrorOf(rig.client.refresh(rig.access(vendor), tokens));
    const shown = [
      ...rig.lines,
      inspect(refused, { depth: 9 }),
      inspect(failed, { depth: 9 }),
      JSON.stringify(failed.details),
    ].join('\n');
    expect(shown).toContain('invalid_grant');
    for (const secret of [code, verifier, refreshToken, tokens.accessToken.reveal(), vendor.client.secret.reveal()]) {
      expect(shown).not.toContain(secret);
    }
  }
});

describe('giving a token back', () => {
  test('ends the grant', async () => {
    const vendor = await rig.vendor(plain);
    const tokens = await rig.connect(vendor);
    expect(await rig.client.revoke(rig.access(vendor), tokens)).toBe(true);
    expect(await rig.client.verify(rig.access(vendor), tokens)).toBe(false);
    expect(await rig.client.revoke(rig.access(vendor), tokens)).toBe(true);
  });

  test('answers false where the provider has no way', async () => {
    const { revocation: _none, ...row } = plain;
    const vendor = await rig.vendor(row);
    const tokens = await rig.connect(vendor);
    expect(await rig.client.revoke(rig.access(vendor), tokens)).toBe(false);
  });
});
