import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import Provider from 'oidc-provider';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuthorizationAnswer } from './oauth-client.ts';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';
import type { OAuth2Tokens } from './tokens.ts';

/**
 * Against a certified server (oidc-provider) that takes the RFCs at their word: PKCE is required, `iss` comes with every
 * answer (RFC 9207), the client in the header must be form-encoded, refresh tokens turn and their reuse ends the grant.
 */
const REDIRECT = 'https://tributary.example/oauth/callback';
const SCOPE = 'openid offline_access';
const client = { id: 'client one/+', secret: new Secret('s3cret: %&+=/~-_.!') };

let rig: OAuthRig;
let http: ReturnType<typeof createServer>;
let server: Provider;
let row: OAuth2Provider;
beforeEach(async () => {
  // It warns of plain HTTP and of keys made for development.
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  rig = new OAuthRig();
  http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  server = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret.reveal(),
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    cookies: { keys: ['key of the test'] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => Promise.resolve({ sub }) }),
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, RefreshToken: 3600, Session: 3600 },
  });
  const answer = server.callback();
  http.on('request', (request, response) => void answer(request, response));
  row = {
    type: 'oauth2',
    id: 'certified',
    title: 'Certified',
    docs: 'https://github.com/panva/node-oidc-provider',
    authorizeUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    issuer,
    revocation: { url: `${issuer}/token/revocation` },
    clientAuthentication: 'basic',
    pkce: true,
    scopeSeparator: ' ',
    defaultScopes: ['openid', 'offline_access'],
    rotation: 'single_use',
    baseUrl: issuer,
    verify: { method: 'GET', path: '/me' },
  };
});
afterEach(async () => {
  vi.restoreAllMocks();
  http.closeAllConnections();
  http.close();
  await rig.close();
});

const access = (provider = row) => ({ provider, client, parameters: {} });
const state = 'state-of-the-session';

/** The server sends the browser straight back: nobody is logged in, and `prompt=none` forbids to ask. */
async function sentBack(provider: OAuth2Provider): Promise<AuthorizationAnswer> {
  const silent = { ...provider, authorizeParameters: { prompt: 'none' } };
  const started = await rig.client.start({ ...access(silent), scopes: [], redirectUri: REDIRECT, state });
  const gone = await fetch(started.url, { redirect: 'manual' });
  const query = new URL(gone.headers.get('location') ?? '').searchParams;
  return { ...access(), redirectUri: REDIRECT, state, memory: started.memory, query };
}

/** The answer of a person who has allowed it: the code is made beside the pages, for the challenge that was sent. */
async function allowed(): Promise<AuthorizationAnswer> {
  const started = await rig.client.start({ ...access(), scopes: [], redirectUri: REDIRECT, state });
  const found = await server.Client.find(client.id);
  const grant = new server.Grant({ accountId: 'ada', clientId: client.id });
  grant.addOIDCScope(SCOPE);
  const code = new server.AuthorizationCode({
    accountId: 'ada',
    client: found,
    grantId: await grant.save(),
    redirectUri: REDIRECT,
    scope: SCOPE,
    gty: 'authorization_code',
    codeChallenge: new URL(started.url).searchParams.get('code_challenge') ?? '',
    codeChallengeMethod: 'S256',
  } as never);
  const query = new URLSearchParams({ code: await code.save(), state, iss: row.issuer ?? '' });
  return { ...access(), redirectUri: REDIRECT, state, memory: started.memory, query };
}

describe('the answer of the browser', () => {
  test('F1-8 carries the issuer, which is compared', async () => {
    const answer = await sentBack(row);
    expect(answer.query.get('iss')).toBe(row.issuer);
    expect(await appErrorOf(rig.client.finish(answer))).toMatchObject({
      code: 'oauth_denied',
      details: { reason: 'login_required' },
    });
    const provider = { ...row, issuer: 'https://another.example' };
    expect((await appErrorOf(rig.client.finish({ ...answer, provider }))).code).toBe('oauth_provider_failed');
  });

  test('F1-8 says that PKCE is required when a row leaves it out', async () => {
    const answer = await sentBack({ ...row, pkce: false });
    expect(await appErrorOf(rig.client.finish(answer))).toMatchObject({
      code: 'oauth_denied',
      details: { reason: 'invalid_request' },
    });
  });
});

describe('tokens', () => {
  test('come for a code, turn at a refresh, and go with the grant', async () => {
    const first = (await rig.client.finish(await allowed())) as OAuth2Tokens;
    expect(await rig.client.verify(access(), first)).toBe(true);
    const second = await rig.client.refresh(access(), first);
    expect(second.refreshToken?.reveal()).not.toBe(first.refreshToken?.reveal());
    expect(await rig.client.revoke(access(), second)).toBe(true);
    expect(await rig.client.verify(access(), second)).toBe(false);
    expect((await appErrorOf(rig.client.refresh(access(), second))).code).toBe('oauth_grant_refused');
  });

  test('end when a used refresh token comes again', async () => {
    const first = (await rig.client.finish(await allowed())) as OAuth2Tokens;
    const second = await rig.client.refresh(access(), first);
    expect((await appErrorOf(rig.client.refresh(access(), first))).code).toBe('oauth_grant_refused');
    expect((await appErrorOf(rig.client.refresh(access(), second))).code).toBe('oauth_grant_refused');
  });

  test('F1-8 are refused to another verifier, and to a code that was used', async () => {
    const answer = await allowed();
    const memory = { verifier: 'x'.repeat(43) };
    expect((await appErrorOf(rig.client.finish({ ...answer, memory }))).code).toBe('oauth_grant_refused');
    const other = await allowed();
    await rig.client.finish(other);
    expect((await appErrorOf(rig.client.finish(other))).code).toBe('oauth_grant_refused');
  });

  test('are refused to a client with another secret', async () => {
    const answer = await allowed();
    const impostor = { ...client, secret: new Secret('guessed') };
    expect((await appErrorOf(rig.client.finish({ ...answer, client: impostor }))).code).toBe('oauth_client_refused');
  });
});
