import { randomBytes } from 'node:crypto';
import { HttpRig } from '@tributary/connectors/kit/http-rig';
import type { OAuth1Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { trello } from '@tributary/connectors/providers/trello';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthorizationAnswer } from './oauth-client.ts';
import { signingAuthorization } from './oauth1-signature.ts';
import { OAuth1Server, signatureOf } from './testing/oauth1-server.ts';
import { OAuthRig, appErrorOf } from './testing/oauth-rig.ts';
import type { OAuth1Tokens } from './tokens.ts';

const REDIRECT = 'https://tributary.example/oauth/callback';

let rig: OAuthRig;
let vendor: OAuth1Server;
beforeEach(async () => {
  rig = new OAuthRig();
  vendor = await new OAuth1Server(trello, () => rig.clock.now()).listen();
});
afterEach(async () => {
  vendor.close();
  await rig.close();
});

const access = () => ({ provider: vendor.provider, client: vendor.client, parameters: {} });

async function allow(): Promise<AuthorizationAnswer> {
  const state = randomBytes(32).toString('base64url');
  const started = await rig.client.start({ ...access(), scopes: ['account'], redirectUri: REDIRECT, state });
  const gone = await fetch(started.url, { redirect: 'manual' });
  const query = new URL(gone.headers.get('location') ?? '').searchParams;
  return { ...access(), redirectUri: REDIRECT, state, memory: started.memory, query };
}

test('the server that judges our signatures finds those of RFC 5849 §1.2 right', () => {
  const client = { id: 'dpf43f3p2l4k3l03', secret: 'kd94hf93k423kf44' };
  const token = { key: 'nnch734d00sl2jdk', secret: 'pfkkdhi9sl3r4s00' };
  const header =
    'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", ' +
    'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", ' +
    'oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"';
  const url = new URL('http://photos.example.net/photos?file=vacation.jpg&size=original');
  expect(signatureOf({ method: 'GET', url, header, clientSecret: client.secret, tokenSecret: token.secret })).toBe(
    'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
  );
});

test('goes through: temporary token, the person’s consent, token, signed requests', async () => {
  const answer = await allow();
  const asked = vendor.seen.find(({ path }) => path.endsWith('OAuthAuthorizeToken'));
  expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({ expiration: 'never', scope: 'read,account' });
  const tokens = (await rig.client.finish(answer)) as OAuth1Tokens;
  expect(tokens).toMatchObject({ type: 'oauth1', captured: { user_id: '42' } });
  expect(await rig.client.verify(access(), tokens)).toBe(true);
  vendor.forget();
  expect(await rig.client.verify(access(), tokens)).toBe(false);
  expect(await rig.client.revoke(access(), tokens)).toBe(false);
});

describe('F1-8 what comes back from the browser', () => {
  test.each([
    ['another state', { state: 'other' }, 'oauth_provider_failed'],
    ['another temporary token', { oauth_token: 'other' }, 'oauth_provider_failed'],
    ['a denial', { denied: 'yes', oauth_verifier: null, oauth_token: null }, 'oauth_denied'],
    ['a problem', { oauth_problem: 'user_refused', oauth_verifier: null }, 'oauth_denied'],
    ['no verifier', { oauth_verifier: null }, 'oauth_denied'],
  ] as const)('%s: nothing is exchanged', async (_title, changes, code) => {
    const answer = await allow();
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) answer.query.delete(name);
      else answer.query.set(name, value);
    }
    const asked = vendor.seen.length;
    expect((await appErrorOf(rig.client.finish(answer))).code).toBe(code);
    expect(vendor.seen).toHaveLength(asked);
  });

  test('a wrong verifier is refused by the provider, which is final', async () => {
    const answer = await allow();
    answer.query.set('oauth_verifier', 'guessed');
    expect((await appErrorOf(rig.client.finish(answer))).code).toBe('oauth_grant_refused');
  });
});

test('a client with another secret is refused', async () => {
  const client = { id: vendor.client.id, secret: new Secret('another') };
  const request = { ...access(), client, scopes: [], redirectUri: REDIRECT, state: 'abc' };
  expect((await appErrorOf(rig.client.start(request))).code).toBe('oauth_client_refused');
});

test('a server that does not confirm the callback is not trusted', async () => {
  vendor.confirms = false;
  const request = { ...access(), scopes: [], redirectUri: REDIRECT, state: 'abc' };
  expect((await appErrorOf(rig.client.start(request))).code).toBe('oauth_provider_failed');
});

test('no secret shows in the log', async () => {
  const tokens = (await rig.client.finish(await allow())) as OAuth1Tokens;
  await rig.client.verify(access(), tokens);
  for (const secret of [tokens.token, tokens.tokenSecret, vendor.client.secret]) {
    expect(rig.lines.join('\n')).not.toContain(secret.reveal());
  }
});

describe('the authorization that a connector’s requests carry', () => {
  const methods: readonly OAuth1Provider['signatureMethod'][] = ['HMAC-SHA1', 'HMAC-SHA256', 'PLAINTEXT'];

  test.each(methods)('%s signs each request anew, whatever its query holds', async (signatureMethod) => {
    const http = new HttpRig();
    const own = await new OAuth1Server({ ...trello, signatureMethod }, () => rig.clock.now()).listen();
    const tokens = own.grant();
    const signer = { provider: own.provider, client: own.client, clock: rig.clock };
    const authorization = signingAuthorization(signer, tokens);
    const client = http.client();
    const queries = [
      '',
      '?a=b',
      '?q=a+b&r=a%20b',
      '?x=1&x=0&x=a%26b',
      '?a%5Bb%5D=c%3Dd%3De',
      "?name=J%C3%B6rg*'()!~",
      '?empty=&z',
    ];
    for (const query of queries) {
      const answer = await client.request({ url: `${own.provider.baseUrl}/members/me${query}`, authorization });
      expect(answer.status).toBe(200);
    }
    await client.request({ url: `${own.provider.baseUrl}/members/me`, query: { q: 'ä b+c' }, authorization });
    expect(new Set(own.nonces).size).toBe(queries.length + 1);
    for (const nonce of own.nonces) expect(nonce).toMatch(/^[\da-f]{32}$/);
    expect(await authorization.renew(new Secret('x'))).toBe(false);
    await http.close();
    own.close();
  });
});
