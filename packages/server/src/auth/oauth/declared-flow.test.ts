import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { oauthOfSpecification } from '@tributary/connectors/manifest/specification/oauth-of-specification';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOAuthClients } from './clients.ts';
import { createOAuthClient } from './create-oauth-client.ts';
import type { StoredGrant } from './stored-grant.ts';
import type { OAuth2Tokens } from './tokens.ts';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const REDIRECT = 'https://tributary.example/source-connections/callback';
const STATE = 'a'.repeat(43);
const client = { id: 'client-1', secret: new Secret('canary-client-secret') };

let rig: OAuthRig;
let server: Server;
let origin: string;
let asked: Asked[];
let answers: { readonly status?: number; readonly body: object }[];

beforeEach(async () => {
  rig = new OAuthRig();
  asked = [];
  answers = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ path: request.url ?? '', headers: request.headers, body });
      const { status = 200, body: said = {} } = answers.shift() ?? {};
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await rig.close();
  server.close();
});

/** The provider of a manifest whose addresses are at the server. */
function declared(change: object = {}): OAuth2Provider {
  const input = {
    consent_url: `${origin}/auth?{{client_id_param}}&{{redirect_uri_param}}&{{state_key}}={{state_value}}`,
    access_token_url: `${origin}/token`,
    access_token_params: {
      '{{ auth_code_key }}': '{{ auth_code_value }}',
      '{{ client_id_key }}': '{{ client_id_value }}',
      '{{ client_secret_key }}': '{{ client_secret_value }}',
    },
    extract_output: ['data.access_token', 'data.refresh_token', 'data.ttl'],
    token_expiry_key: 'ttl',
    client_id_key: 'app_id',
    auth_code_key: 'auth_code',
    state_key: 'nonce',
    ...change,
  };
  const rules = { oauth_connector_input_specification: input };
  const spec = { advanced_auth: { auth_flow_type: 'oauth2.0', oauth_config_specification: rules } };
  return oauthOfSpecification({ id: 'tea', title: 'Tea', spec, renewal: { rotates: false, names: {} } })?.scheme
    .provider as OAuth2Provider;
}

const access = (provider: OAuth2Provider) => ({ provider, client, parameters: {} });
const start = (provider: OAuth2Provider, of = rig.client) =>
  of.start({ ...access(provider), scopes: [], redirectUri: REDIRECT, state: STATE });
const finish = (provider: OAuth2Provider, query = `auth_code=canary-code-1&nonce=${STATE}`, of = rig.client) =>
  of.finish({
    ...access(provider),
    redirectUri: REDIRECT,
    state: STATE,
    memory: {},
    query: new URLSearchParams(query),
  }) as Promise<OAuth2Tokens>;

describe('a grant that a manifest spells out', () => {
  test('sends people to its address, and asks for tokens with its names, in JSON', async () => {
    const provider = declared();
    const { url } = await start(provider);
    expect(url).toBe(`${origin}/auth?app_id=client-1&redirect_uri=${encodeURIComponent(REDIRECT)}&nonce=${STATE}`);
    answers.push({ body: { code: 0, data: { access_token: 'one', refresh_token: 'two', ttl: '60' } } });
    const tokens = await finish(provider);
    expect(tokens.accessToken.reveal()).toBe('one');
    expect(tokens.refreshToken?.reveal()).toBe('two');
    expect(tokens.expiresAt).toBe(rig.clock.now() + 60_000);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      auth_code: 'canary-code-1',
      app_id: 'client-1',
      client_secret: 'canary-client-secret',
    });

    answers.push({ body: { access_token: 'three', expires_in: 60 } });
    const renewed = await rig.client.refresh(access(provider), tokens);
    expect(renewed.accessToken.reveal()).toBe('three');
    expect(renewed.refreshToken?.reveal()).toBe('two');
    expect(JSON.parse(asked[1]?.body ?? '')).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'two',
      app_id: 'client-1',
    });
  });

  test('sends its headers and forms, with the client in the header where it says so', async () => {
    const provider = declared({
      access_token_headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: 'Basic {{ {{client_id_value}}:{{client_secret_value}} | base64Encoder }}',
        'X-Version': '2',
      },
      access_token_params: { code: '{{ auth_code_value }}' },
      extract_output: ['access_token', 'refresh_token'],
    });
    answers.push({ body: { access_token: 'one', refresh_token: 'two' } }, { body: { access_token: 'three' } });
    const tokens = await finish(provider);
    await rig.client.refresh(access(provider), tokens);
    const basic = `Basic ${btoa('client-1:canary-client-secret')}`;
    for (const { headers } of asked) expect(headers).toMatchObject({ authorization: basic, 'x-version': '2' });
    expect(asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { code: 'canary-code-1' },
      expect.objectContaining({ grant_type: 'refresh_token', refresh_token: 'two' }),
    ]);
  });

  test('F1-3 an answer that quotes what was sent is told without secrets', async () => {
    const quoted = 'canary-client-secret of canary-code-1 is wrong';
    answers.push({ status: 400, body: { error: 'invalid_request', error_description: quoted } });
    const error = await appErrorOf(finish(declared()));
    expect(error.code).toBe('oauth_provider_failed');
    expect(JSON.stringify([error.message, error.details, rig.lines])).not.toMatch(/canary/);
  });

  test('F1-8 an answer with another state is refused before the code is sent', async () => {
    const error = await appErrorOf(finish(declared(), `auth_code=c&nonce=${'b'.repeat(43)}`));
    expect([error.code, asked.length]).toEqual(['oauth_provider_failed', 0]);
  });

  test.each([
    ['redirect_uri=https://evil.example/&nonce={{state_value}}', 'elsewhere'],
    ['{{redirect_uri_param}}&redirect_uri=https://evil.example/&nonce={{state_value}}', 'elsewhere'],
  ])('F1-8 a consent address with %s is not followed', async (query, words) => {
    const error = await appErrorOf(start(declared({ consent_url: `${origin}/auth?${query}` })));
    expect(error.details).toMatchObject({ reason: expect.stringContaining(words) as string });
  });
});

describe('F1-6 the addresses of a manifest', () => {
  test('are asked by the guarded client: no private one, and nothing in the clear', async () => {
    const outside = createOAuthClient({ policy: { allow: [] }, clock: rig.clock, log: rig.log });
    const named = origin.replace('127.0.0.1', 'localhost');
    const secure = origin.replace('http:', 'https:');
    try {
      for (const at of [origin, named, secure, 'https://169.254.169.254']) {
        const error = await appErrorOf(finish(declared({ access_token_url: `${at}/token` }), undefined, outside));
        expect([at, error.code]).toEqual([at, 'host_access_refused']);
      }
      for (const at of [origin, named]) {
        const consent = `${at}/auth?nonce={{state_value}}`;
        const error = await appErrorOf(start(declared({ consent_url: consent }), outside));
        expect([at, error.code]).toEqual([at, 'host_access_refused']);
      }
      const other = await appErrorOf(start(declared({ consent_url: 'javascript:alert(1)//?nonce={{state_value}}' })));
      expect(other.code).toBe('oauth_provider_failed');
      expect(asked).toEqual([]);
    } finally {
      await outside.close();
    }
  });

  test("get none of the operator's clients, whatever the manifest is called", async () => {
    const operator = { get: () => ({ id: 'shared', secret: new Secret('canary') }) };
    const clients = createOAuthClients({ vault: {} as never, operator: operator as never });
    const none = {
      selectFrom: () => none,
      selectAll: () => none,
      where: () => none,
      orderBy: () => none,
      limit: () => none,
      execute: () => Promise.resolve([]),
    };
    const question = { organizationId: 'o' as never, connector: 'google', oauthClientId: null, grant: undefined };
    const found = async (provider: OAuth2Provider) => clients.find(none as never, { ...question, provider });
    expect(await found({ ...declared(), id: 'google' })).toBeUndefined();
    const { declared: _, ...row } = declared();
    expect(await found({ ...row, id: 'google' })).toMatchObject({ id: 'shared' });
  });

  test('F1-8 an organization’s client goes to no host that whoever connects may choose', async () => {
    const row = { id: 'r', organization_id: 'o', client_id: 'own' };
    const db = {
      selectFrom: () => db,
      selectAll: () => db,
      where: () => db,
      orderBy: () => db,
      execute: () => Promise.resolve([row]),
    };
    const vault = { open: () => ({ client_secret: 's' }) };
    const clients = createOAuthClients({ vault: vault as never, operator: { get: () => undefined } as never });
    const question = { organizationId: 'o' as never, connector: 'tea', oauthClientId: null };
    const found = async (provider: OAuth2Provider, grant?: StoredGrant) =>
      clients.find(db as never, { ...question, provider, grant });
    expect(await found(declared())).toMatchObject({ id: 'own' });
    const anywhere: OAuth2Provider = { ...declared(), anyHost: true };
    expect(await found(anywhere)).toBeUndefined();
    expect(await found(anywhere, { client, parameters: {} })).toBe(client);
  });
});
