import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuthorizationAnswer, ProviderAccess } from './oauth-client.ts';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';
import type { OAuth2Tokens } from './tokens.ts';

/** Against an authorization server that is not ours, whose answers are tampered with on their way out. */
const REDIRECT = 'https://tributary.example/oauth/callback';
const client = { id: 'client', secret: new Secret('client-secret') };

let rig: OAuthRig;
const server = new OAuth2Server();
beforeAll(async () => {
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
});
afterAll(() => server.stop());
beforeEach(() => {
  rig = new OAuthRig();
});
afterEach(() => rig.close());

function access(): ProviderAccess<OAuth2Provider> {
  const origin = `http://127.0.0.1:${server.address().port}`;
  const provider: OAuth2Provider = {
    type: 'oauth2',
    id: 'foreign',
    title: 'Foreign',
    docs: 'https://github.com/axa-group/oauth2-mock-server',
    authorizeUrl: `${origin}/authorize`,
    tokenUrl: `${origin}/token`,
    revocation: { url: `${origin}/revoke` },
    clientAuthentication: 'basic',
    pkce: true,
    scopeSeparator: ' ',
    defaultScopes: ['openid'],
    captures: { who: 'account.name' },
    rotation: 'single_use',
    baseUrl: origin,
    verify: { method: 'GET', path: '/userinfo' },
  };
  return { provider, client, parameters: {} };
}

async function allow(): Promise<AuthorizationAnswer> {
  const state = 'state-of-the-session';
  const started = await rig.client.start({ ...access(), scopes: ['dummy'], redirectUri: REDIRECT, state });
  const gone = await fetch(started.url, { redirect: 'manual' });
  const query = new URL(gone.headers.get('location') ?? '').searchParams;
  return { ...access(), redirectUri: REDIRECT, state, memory: started.memory, query };
}

const tamper = (status: number, change: (body: Record<string, unknown>) => void): void => {
  server.service.once('beforeResponse', (response) => {
    response.statusCode = status;
    change(response.body as Record<string, unknown>);
  });
};

test('goes through with PKCE, refresh, proof and revocation', async () => {
  const tokens = (await rig.client.finish(await allow())) as OAuth2Tokens;
  expect(tokens.expiresAt).toBeGreaterThan(rig.clock.now());
  const newer = await rig.client.refresh(access(), tokens);
  expect(newer.accessToken.reveal().split('.')).toHaveLength(3);
  expect(await rig.client.verify(access(), newer)).toBe(true);
  expect(await rig.client.revoke(access(), newer)).toBe(true);
});

test('F1-8 a code with another verifier is refused', async () => {
  const answer = await allow();
  const other = await allow();
  const error = await appErrorOf(rig.client.finish({ ...answer, memory: other.memory }));
  expect(error.code).toBe('oauth_provider_failed');
});

test('an ID token that nobody can check is of no matter, since nobody logs in by it', async () => {
  tamper(200, (body) => Object.assign(body, { id_token: 'not.a.token' }));
  expect(await rig.client.finish(await allow())).toMatchObject({ type: 'oauth2' });
});

describe('answers that are tampered with', () => {
  test.each([
    ['text for expires_in', (body) => Object.assign(body, { expires_in: '90' }), { expiresAt: 90_000 }],
    ['zero for expires_in', (body) => Object.assign(body, { expires_in: 0 }), { expiresAt: undefined }],
    [
      'null for expires_in and scope',
      (body) => Object.assign(body, { expires_in: null, scope: null }),
      { expiresAt: undefined },
    ],
    ['no expires_in', (body) => delete body['expires_in'], { expiresAt: undefined }],
    ['no token_type', (body) => delete body['token_type'], { type: 'oauth2' }],
    ['a token_type of the vendor', (body) => Object.assign(body, { token_type: 'bot' }), { type: 'oauth2' }],
    ['scopes as a list', (body) => Object.assign(body, { scope: ['a', 'b'] }), { scope: 'a b' }],
    [
      'something beside the tokens',
      (body) => Object.assign(body, { account: { name: 'me' } }),
      { captured: { who: 'me' } },
    ],
    ['a prototype in the way', (body) => Object.assign(body, { account: 'text' }), { captured: {} }],
  ] as [string, (body: Record<string, unknown>) => unknown, Partial<OAuth2Tokens>][])(
    '%s is understood',
    async (_title, change, expected) => {
      const answer = await allow();
      tamper(200, change);
      const tokens = (await rig.client.finish(answer)) as OAuth2Tokens;
      const relative = tokens.expiresAt === undefined ? undefined : tokens.expiresAt - rig.clock.now();
      expect({ ...tokens, expiresAt: relative }).toMatchObject(expected);
    },
  );

  test.each([
    ['201, as some vendors answer', 201, () => undefined, undefined],
    ['no access token', 200, (body) => delete body['access_token'], 'oauth_provider_failed'],
    ['an empty access token', 200, (body) => Object.assign(body, { access_token: '' }), 'oauth_provider_failed'],
    [
      'an access token that is an object',
      200,
      (body) => Object.assign(body, { access_token: {} }),
      'oauth_provider_failed',
    ],
    [
      'a refresh token that is a number',
      200,
      (body) => Object.assign(body, { refresh_token: 7 }),
      'oauth_provider_failed',
    ],
    ['a negative life', 200, (body) => Object.assign(body, { expires_in: -5 }), 'oauth_provider_failed'],
    ['a life in words', 200, (body) => Object.assign(body, { expires_in: 'forever' }), 'oauth_provider_failed'],
    [
      'a bound token that we cannot use',
      200,
      (body) => Object.assign(body, { token_type: 'DPoP' }),
      'oauth_provider_failed',
    ],
    ['an error beside a token', 200, (body) => Object.assign(body, { error: 'invalid_grant' }), 'oauth_grant_refused'],
    ['invalid_grant with 400', 400, (body) => Object.assign(body, { error: 'invalid_grant' }), 'oauth_grant_refused'],
    ['a token beside a 400', 400, () => undefined, 'oauth_provider_failed'],
    ['a token beside a 500', 500, () => undefined, 'oauth_provider_unreachable'],
    ['a 429 without a time', 429, () => undefined, 'source_rate_limited'],
  ] as [string, number, (body: Record<string, unknown>) => unknown, string | undefined][])(
    '%s: at the refresh',
    async (_title, status, change, code) => {
      const tokens = (await rig.client.finish(await allow())) as OAuth2Tokens;
      tamper(status, change);
      const outcome = await rig.client.refresh(access(), tokens).catch((error: unknown) => error);
      expect(outcome).toMatchObject(code === undefined ? { type: 'oauth2' } : { code });
    },
  );
});
