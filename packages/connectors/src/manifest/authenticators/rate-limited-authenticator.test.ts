import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectorErrorOf, HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import { placeOf } from '../requests/testing-build.ts';
import { authenticatedRequesters } from './testing-auth.ts';

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(() => rig.close());

interface Account {
  left: number;
  /** Seconds since the epoch. */
  reset: number;
}

/** A source that counts the calls of each token, and tells of it. */
async function source(accounts: Record<string, Account>, quotaStatus = 200) {
  const seen: string[] = [];
  const { origin } = await rig.serve((request, response) => {
    const token = (request.headers.authorization ?? '').replace('token ', '');
    const account = accounts[token] ?? { left: 0, reset: 0 };
    if (request.url === '/rate_limit') {
      const core = { remaining: account.left, reset: account.reset, limit: 100 };
      return void response.writeHead(quotaStatus).end(JSON.stringify({ resources: { core } }));
    }
    seen.push(token);
    const isSpent = account.left <= 0;
    account.left -= 1;
    response
      .writeHead(isSpent ? 403 : 200, {
        'x-left': String(Math.max(0, account.left)),
        'x-reset': String(account.reset),
      })
      .end('{}');
  });
  return { origin, seen };
}

const rotating = (origin: string, more: JsonObject = {}): JsonObject => ({
  type: 'RateLimitedMultipleTokenAuthenticator',
  tokens: "{{ config['tokens'] }}",
  auth_method: 'token',
  quota_status_source: { type: 'QuotaStatusSource', url: `${origin}/rate_limit`, unavailable_status_codes: [404] },
  quotas: [
    {
      type: 'TokenQuota',
      name: 'rest',
      remaining_path: ['resources', 'core', 'remaining'],
      reset_path: ['resources', 'core', 'reset'],
      limit_path: ['resources', 'core', 'limit'],
      remaining_header: 'X-Left',
      reset_header: 'X-Reset',
      exhaustion_status_codes: [403],
    },
  ],
  budget_reserve_fraction: 0,
  budget_min_reserve: 0,
  ...more,
});

const soon = (seconds: number): number => Math.ceil(rig.clock.now() / 1000) + seconds;
const config = { tokens: 'one, two' };

test('asks with the next token when one is used up, and waits for the reset when all are', async () => {
  const accounts = { one: { left: 2, reset: soon(20) }, two: { left: 1, reset: soon(25) } };
  const { origin, seen } = await source(accounts);
  const requester = authenticatedRequesters(rig, origin, rotating(origin), { config })();
  for (let count = 0; count < 3; count += 1) await requester.send(placeOf(), []);
  expect([seen, rig.waits]).toEqual([['one', 'one', 'two'], []]);
  Object.assign(accounts.one, { left: 5, reset: soon(3_600) });
  await requester.send(placeOf(), []);
  expect([seen.at(-1), rig.waits.length]).toEqual(['one', 1]);
  expect(rig.waits[0]).toBeGreaterThan(15_000);
});

test('gives the job back when the reset is far off', async () => {
  const { origin } = await source({ one: { left: 0, reset: soon(600) }, two: { left: 0, reset: soon(900) } });
  const send = authenticatedRequesters(rig, origin, rotating(origin), { config })().send(placeOf(), []);
  const error = await connectorErrorOf(send);
  expect(error).toMatchObject({ reason: 'rate_limited', message: expect.stringContaining('"rest"') });
  expect(error.retryAfterMs).toBeGreaterThan(590_000);
});

test('turns to another token at once when a refusal shows that others use the first one, too', async () => {
  const accounts = { one: { left: 9, reset: soon(900) }, two: { left: 9, reset: soon(900) } };
  const { origin, seen } = await source(accounts);
  const error_handler = {
    type: 'DefaultErrorHandler',
    response_filters: [{ type: 'HttpResponseFilter', http_codes: [403], action: 'RATE_LIMITED' }],
  };
  const requester = authenticatedRequesters(rig, origin, rotating(origin), { config, definition: { error_handler } })();
  await requester.send(placeOf(), []);
  accounts.one.left = 0;
  await requester.send(placeOf(), []);
  expect([seen, rig.waits]).toEqual([['one', 'one', 'two'], []]);
});

test('spreads what is left when every token is down to its reserve', async () => {
  const { origin } = await source({ one: { left: 5, reset: soon(100) }, two: { left: 5, reset: soon(100) } });
  const authenticator = rotating(origin, { budget_reserve_fraction: 0.1, budget_min_reserve: 50 });
  await authenticatedRequesters(rig, origin, authenticator, { config })().send(placeOf(), []);
  expect(rig.waits).toHaveLength(1);
  expect(rig.waits[0]).toBeGreaterThan(9_000);
  expect(rig.waits[0]).toBeLessThan(10_200);
});

test('asks all the same where the source keeps no count', async () => {
  const { origin, seen } = await source({ one: { left: 9, reset: 0 } }, 404);
  await authenticatedRequesters(rig, origin, rotating(origin), { config })().send(placeOf(), []);
  expect(seen).toEqual(['one']);
});
