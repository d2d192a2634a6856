import type { MachineGrant } from '@tributary/connectors/kit/auth';
import { HttpRig, connectorErrorOf } from '@tributary/connectors/kit/http-rig';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMachineAccess } from './machine-access.ts';
import type { MachineAccess } from './machine-access.ts';
import { createMachineGrants } from './machine-grants.ts';
import type { MachineGrants } from './machine-grants.ts';
import { MovedClock } from './testing/oauth-rig.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const fields = { client_id: 'me', client_secret: new Secret('secret'), tenant: 't1' };

let rig: HttpRig;
let clock: MovedClock;
let grants: MachineGrants;
let access: MachineAccess;
/** How many tokens were given, and from which on the API takes them. */
let given: number;
let good: number;
let grant: MachineGrant;
let api: string;
beforeEach(async () => {
  rig = new HttpRig();
  clock = new MovedClock();
  [given, good] = [0, 1];
  grants = createMachineGrants({ policy: { allow: ['127.0.0.0/8'] }, clock, log: silent });
  access = createMachineAccess({ grants, clock });
  const { origin } = await rig.serve((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token' || request.url === '/login') {
      given += 1;
      response.end(JSON.stringify({ access_token: `token-${given}`, token_type: 'bearer', expires_in: 3600 }));
      return;
    }
    const sent = /token-(\d+)$/.exec(String(request.headers.authorization ?? request.headers['x-session']))?.[1];
    response.writeHead(Number(sent) >= good ? 200 : 401).end('{}');
  });
  api = `${origin}/api`;
  grant = { type: 'client_credentials', tokenUrl: `${origin}/token`, scopes: [] };
});
afterEach(async () => {
  await grants.close();
  await rig.close();
});

const ask = (opened = access.open(grant, fields, 'c1')) =>
  rig.client().request({ url: api, authorization: opened.authorization });

describe('a token of a machine grant', () => {
  test('is asked for once, however many requests and jobs use it at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => ask()));
    expect(given).toBe(1);
  });

  test('is renewed a minute before its end, and not before', async () => {
    await ask();
    clock.move(3_600_000 - 61_000);
    await ask();
    expect(given).toBe(1);
    clock.move(2_000);
    await ask();
    expect(given).toBe(2);
  });

  test('is renewed when the source refuses it, unless it is new', async () => {
    await ask();
    clock.move(31_000);
    good = 2;
    await ask();
    expect(given).toBe(2);
    good = 99;
    expect(await connectorErrorOf(ask())).toMatchObject({ reason: 'credential' });
    expect(given).toBe(2);
  });

  test('is another one for another connection, other fields, or no connection', async () => {
    await ask();
    await ask(access.open(grant, fields, 'c2'));
    await ask(access.open(grant, { ...fields, client_secret: new Secret('changed') }, 'c1'));
    await ask(access.open(grant, fields));
    await ask();
    expect(given).toBe(4);
  });

  test('rides in the header that the login’s grant names', async () => {
    const loginUrl = api.replace('/api', '/login');
    const login = {
      type: 'session_token',
      loginUrl,
      tokenAt: 'access_token',
      header: 'X-Session',
      ttlSeconds: 60,
    } as const;
    expect((await ask(access.open(login, fields, 'c1'))).status).toBe(200);
  });
});

test('a connector sees the fields that are no secret', () => {
  expect(access.open(grant, fields).captured).toEqual({ client_id: 'me', tenant: 't1' });
});

describe('what a connector is told when there is no token', () => {
  test.each([
    [400, { error: 'invalid_client' }, {}, { reason: 'credential' }],
    [429, {}, { 'retry-after': '7' }, { reason: 'rate_limited', retryAfterMs: 7_000 }],
    [503, {}, { 'retry-after': '5' }, { reason: 'unavailable', retryAfterMs: 5_000 }],
    [200, { token_type: 'bearer' }, {}, { reason: 'invalid_answer' }],
  ] as const)('%i %j', async (status, body, headers, expected) => {
    const { origin } = await rig.serve((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
    const opened = access.open({ ...grant, tokenUrl: origin } as MachineGrant, fields);
    expect(await connectorErrorOf(ask(opened))).toMatchObject(expected);
  });

  test('a missing field', async () => {
    expect(await connectorErrorOf(ask(access.open(grant, { client_id: 'me' })))).toMatchObject({
      reason: 'configuration',
    });
  });
});
