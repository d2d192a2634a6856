import { createVerify, generateKeyPairSync, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { MachineGrant } from '@tributary/connectors/kit/auth';
import { HttpRig } from '@tributary/connectors/kit/http-rig';
import { Secret } from '@tributary/connectors/kit/secret';
import { githubInstallation } from '@tributary/connectors/providers/github-app';
import { googleServiceAccount } from '@tributary/connectors/providers/google';
import { microsoftApplication } from '@tributary/connectors/providers/microsoft-tenant';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMachineGrants } from './machine-grants.ts';
import type { MachineGrants } from './machine-grants.ts';
import { MovedClock, appErrorOf } from './testing/oauth-rig.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let rig: HttpRig;
let grants: MachineGrants;
const clock = new MovedClock();
const seen: Seen[] = [];
const lines: string[] = [];
beforeEach(() => {
  rig = new HttpRig();
  const note = (fields: unknown, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  grants = createMachineGrants({
    policy: { allow: ['127.0.0.0/8'] },
    clock,
    log: { debug: note, info: note, warn: note },
  });
});
afterEach(async () => {
  seen.length = 0;
  lines.length = 0;
  await grants.close();
  await rig.close();
});

/** A server that notes what it is asked and answers as told. */
async function server(status: number, answer: object, headers: Record<string, string> = {}): Promise<string> {
  const { origin } = await rig.serve((request, response) => {
    void text(request).then((body) => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
    });
  });
  return origin;
}

const at = <G extends MachineGrant & { readonly tokenUrl: string }>(grant: G, origin: string): G => ({
  ...grant,
  tokenUrl: grant.tokenUrl.replace('https://', `${origin}/`),
});

function claimsOf(jwt: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = '', claims = ''] = jwt.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: read(header), claims: read(claims) };
}

const GOOD = { access_token: 'machine-token', token_type: 'Bearer', expires_in: '1800' };

describe('client_credentials', () => {
  const fields = { client_id: 'me', client_secret: new Secret('s3%ret: +/='), tenant: '8eaef023-2b34-4da1' };

  test('asks with the client in the body, or in the header', async () => {
    const origin = await server(200, GOOD);
    const grant = at(microsoftApplication as MachineGrant & { tokenUrl: string }, origin) as MachineGrant;
    const token = await grants.obtain(grant, fields);
    expect(token.accessToken.reveal()).toBe('machine-token');
    expect(token.expiresAt).toBe(clock.now() + 1_800_000);
    expect(seen[0]?.url).toBe('/login.microsoftonline.com/8eaef023-2b34-4da1/oauth2/v2.0/token');
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
      client_id: 'me',
      client_secret: 's3%ret: +/=',
    });
    await grants.obtain({ ...grant, basic: true } as MachineGrant, fields);
    const [id, secret] = Buffer.from(seen[1]?.headers.authorization?.split(' ')[1] ?? '', 'base64')
      .toString()
      .split(':');
    expect([id, decodeURIComponent(secret ?? '')]).toEqual(['me', 's3%ret: +/=']);
    expect(seen[1]?.body).not.toMatch(/client_(id|secret)=/);
  });

  test('a refused client is final, since a person typed it in', async () => {
    const origin = await server(401, { error: 'invalid_client', error_description: 's3%ret: +/= is wrong' });
    const grant = { type: 'client_credentials', tokenUrl: origin, scopes: [] } as const;
    const error = await appErrorOf(grants.obtain(grant, fields));
    expect(error.code).toBe('oauth_grant_refused');
    expect(`${error.message} ${lines.join(' ')}`).not.toContain('s3%ret');
  });

  test('a missing field is named', async () => {
    const grant = { type: 'client_credentials', tokenUrl: 'https://a.example', scopes: [] } as const;
    const error = await appErrorOf(grants.obtain(grant, { client_id: 'me' }));
    expect(error).toMatchObject({
      code: 'invalid_auth_fields',
      message: 'Invalid auth fields: client_secret: Field required',
    });
  });

  test.each(['evil.com/', '../x', 'a.b@c', 'x?y', ''])(
    'a field cannot turn the address elsewhere: %j',
    async (tenant) => {
      const origin = await server(200, GOOD);
      const grant = at(microsoftApplication as MachineGrant & { tokenUrl: string }, origin) as MachineGrant;
      expect((await appErrorOf(grants.obtain(grant, { ...fields, tenant }))).code).toBe('invalid_auth_fields');
      expect(seen).toEqual([]);
    },
  );
});

describe('jwt_bearer', () => {
  test('RS256: the assertion carries the claims and verifies with the public key', async () => {
    const origin = await server(200, GOOD);
    const grant = at(googleServiceAccount(['a', 'b']) as MachineGrant & { tokenUrl: string }, origin) as MachineGrant;
    const fields = {
      issuer: 'robot@project.iam',
      // As it stands in a key file of Google.
      private_key: new Secret(pem(rsa.privateKey).replaceAll('\n', '\\n')),
      subject: 'person@example.com',
      key_id: 'k1',
    };
    expect((await grants.obtain(grant, fields)).accessToken.reveal()).toBe('machine-token');
    const form = new URLSearchParams(seen[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const jwt = form.get('assertion') ?? '';
    const { header, claims } = claimsOf(jwt);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    const now = clock.now() / 1000;
    const times = { iat: now - 60, exp: now + 300 };
    const aud = `${origin}/oauth2.googleapis.com/token`;
    expect(claims).toEqual({ iss: 'robot@project.iam', sub: 'person@example.com', aud, scope: 'a b', ...times });
    const [, signature = ''] = /\.([^.]+)$/.exec(jwt) ?? [];
    const signed = createVerify('sha256').update(jwt.slice(0, jwt.lastIndexOf('.')));
    expect(signed.verify(rsa.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('ES256: the signature is the two numbers side by side, and the audience is the grant’s', async () => {
    const origin = await server(200, GOOD);
    const grant = {
      type: 'jwt_bearer',
      tokenUrl: origin,
      audience: 'https://login.example',
      scopes: [],
      algorithm: 'ES256',
    } as const;
    await grants.obtain(grant, { issuer: 'me', private_key: pem(ec.privateKey) });
    const jwt = new URLSearchParams(seen[0]?.body).get('assertion') ?? '';
    expect(claimsOf(jwt).claims).toMatchObject({ aud: 'https://login.example' });
    expect(Object.keys(claimsOf(jwt).claims)).toEqual(['iss', 'aud', 'iat', 'exp']);
    const signature = Buffer.from(jwt.slice(jwt.lastIndexOf('.') + 1), 'base64url');
    expect(signature).toHaveLength(64);
    const signed = Buffer.from(jwt.slice(0, jwt.lastIndexOf('.')));
    expect(verify('sha256', signed, { key: ec.publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  test.each([
    ['no key at all', 'RS256', 'hunter2-hunter2'],
    ['a public key', 'RS256', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['an RSA key that is too short', 'RS256', pem(weak.privateKey)],
    ['an EC key for RS256', 'RS256', pem(ec.privateKey)],
    ['an RSA key for ES256', 'ES256', pem(rsa.privateKey)],
  ] as const)('%s is refused before anything is sent, and not quoted', async (_title, algorithm, key) => {
    const origin = await server(200, GOOD);
    const grant = { type: 'jwt_bearer', tokenUrl: origin, scopes: [], algorithm } as const;
    const error = await appErrorOf(grants.obtain(grant, { issuer: 'me', private_key: new Secret(key) }));
    expect(error.code).toBe('invalid_auth_fields');
    expect(error.message).toContain('private_key');
    expect(JSON.stringify([error.message, error.details])).not.toContain(key.split('\n').at(1) ?? key);
    expect(seen).toEqual([]);
  });

  test('an account that is gone is final', async () => {
    const origin = await server(400, { error: 'invalid_grant', error_description: 'Invalid JWT' });
    const grant = { type: 'jwt_bearer', tokenUrl: origin, scopes: [], algorithm: 'RS256' } as const;
    const error = await appErrorOf(grants.obtain(grant, { issuer: 'me', private_key: pem(rsa.privateKey) }));
    expect(error).toMatchObject({ code: 'oauth_grant_refused' });
    expect(error.message).toContain('Invalid JWT');
  });
});

describe('app_installation', () => {
  const fields = { app_id: '12345', installation_id: 678, private_key: new Secret(pem(rsa.privateKey)) };
  const grantAt = (origin: string) =>
    at(githubInstallation as MachineGrant & { tokenUrl: string }, origin) as MachineGrant;

  test('a JWT of the app, of less than ten minutes, is exchanged for the installation’s token', async () => {
    const end = new Date(clock.now() + 3_600_000).toISOString();
    const origin = await server(201, { token: 'ghs_installation', expires_at: end });
    const token = await grants.obtain(grantAt(origin), fields);
    expect(token.accessToken.reveal()).toBe('ghs_installation');
    expect(token.expiresAt).toBe(clock.now() + 3_600_000);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api.github.com/app/installations/678/access_tokens' });
    const { claims } = claimsOf(seen[0]?.headers.authorization?.replace('Bearer ', '') ?? '');
    expect(claims['iss']).toBe('12345');
    expect(Number(claims['exp']) - Number(claims['iat'])).toBeLessThanOrEqual(600);
  });

  test.each([
    [404, {}, 'oauth_grant_refused'],
    [401, {}, 'oauth_grant_refused'],
    [403, { 'retry-after': '9' }, 'source_rate_limited'],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1900000000' }, 'source_rate_limited'],
    [502, {}, 'oauth_provider_unreachable'],
  ] as const)('%i %j: %s', async (status, headers, code) => {
    const origin = await server(status, { message: 'Not Found' }, headers);
    expect((await appErrorOf(grants.obtain(grantAt(origin), fields))).code).toBe(code);
  });
});

describe('session_token', () => {
  const grantAt = (origin: string) =>
    ({
      type: 'session_token',
      loginUrl: `${origin}/login`,
      tokenAt: 'data.token',
      header: 'x-session',
      ttlSeconds: 600,
    }) as const;
  const fields = { user: 'me', password: new Secret('pass-w0rd') };

  test('a login answers with a token, which a header carries for a time', async () => {
    const origin = await server(200, { data: { token: 'session-1' } });
    const token = await grants.obtain(grantAt(origin), fields);
    expect(token).toMatchObject({ expiresAt: clock.now() + 600_000, headerName: 'x-session' });
    expect(token.accessToken.reveal()).toBe('session-1');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ user: 'me', password: 'pass-w0rd' });
  });

  test('a refused login is final and quotes no password', async () => {
    const origin = await server(401, { message: 'wrong: pass-w0rd' });
    const error = await appErrorOf(grants.obtain(grantAt(origin), fields));
    expect(error.code).toBe('oauth_grant_refused');
    expect(`${error.message} ${lines.join(' ')}`).not.toContain('pass-w0rd');
  });

  test('an answer without a token is the server’s fault', async () => {
    const origin = await server(200, { data: { token: null } });
    expect((await appErrorOf(grants.obtain(grantAt(origin), fields))).code).toBe('oauth_provider_failed');
  });
});
