import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Authorization } from '../../kit/authorization.ts';
import { connectorErrorOf, HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { placeOf } from '../requests/testing-build.ts';
import { authenticatedRequesters } from './testing-auth.ts';

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(() => rig.close());

interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A source that takes any token, and its token endpoint; both note what they were asked. */
async function provider(answer: (count: number) => readonly [number, JsonObject], apiStatus = (_token: string) => 200) {
  const refreshes: Asked[] = [];
  const tokens: string[] = [];
  const { origin } = await rig.serve((request, response) => {
    const { url = '', headers } = request;
    if (!url.startsWith('/token')) {
      tokens.push(headers.authorization ?? '');
      return void response.writeHead(apiStatus(headers.authorization ?? '')).end('{}');
    }
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((chunks) => {
      refreshes.push({ url, headers, body: chunks.join('') });
      const [status, body] = answer(refreshes.length);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  return { origin, refreshes, tokens };
}

const client = (origin: string, more: JsonObject = {}): JsonObject => ({
  type: 'OAuthAuthenticator',
  token_refresh_endpoint: `${origin}/token`,
  client_id: "{{ config['id'] }}",
  client_secret: "{{ config['secret'] }}",
  refresh_token: "{{ config['refresh'] }}",
  ...more,
});

const config = { id: 'me', secret: 'hush', refresh: 'r0' };

describe('a refresh token', () => {
  test('gives an access token once for all requests and streams, until it expires', async () => {
    const { origin, refreshes, tokens } = await provider((count) => [
      200,
      { access_token: `a${count}`, expires_in: 600 },
    ]);
    const requester = authenticatedRequesters(rig, origin, client(origin), { config });
    await Promise.all([requester(), requester(), requester()].map((one) => one.send(placeOf(), [])));
    expect(refreshes).toHaveLength(1);
    expect(new URLSearchParams(refreshes[0]?.body)).toEqual(
      new URLSearchParams({ grant_type: 'refresh_token', client_id: 'me', client_secret: 'hush', refresh_token: 'r0' }),
    );
    expect(tokens).toEqual(['Bearer a1', 'Bearer a1', 'Bearer a1']);
    await rig.clock.sleep(599_000);
    await requester().send(placeOf(), []);
    expect(tokens.at(-1)).toBe('Bearer a2');
  });

  test('goes out as the manifest names things, in the header or the query where it says so', async () => {
    const { origin, refreshes } = await provider(() => [200, { data: { bearer: 'a', life: '60' } }]);
    const definition = client(origin, {
      grant_type: 'client_credentials',
      client_id_name: 'key',
      refresh_request_body: { audience: "{{ config['id'] }}", grant_type: 'password' },
      refresh_request_headers: { Authorization: "Basic {{ (config['id'] ~ ':' ~ config['secret']) | base64encode }}" },
      send_refresh_request_as_query_params: true,
      scopes: ['read', 'write'],
      access_token_name: 'bearer',
      expires_in_name: 'life',
    });
    await authenticatedRequesters(rig, origin, definition, { config })().send(placeOf(), []);
    const { searchParams } = new URL(refreshes[0]!.url, origin);
    expect(searchParams.getAll('scopes')).toEqual(['read', 'write']);
    expect(Object.fromEntries(searchParams)).toEqual({
      audience: 'me',
      grant_type: 'client_credentials',
      refresh_token: 'r0',
      scopes: 'write',
    });
    expect(refreshes[0]).toMatchObject({ body: '', headers: { authorization: 'Basic bWU6aHVzaA==' } });
  });

  test('that is good for one use is kept in the configuration before the new token is used', async () => {
    const { origin, refreshes } = await provider((count) => [
      200,
      { access_token: `a${count}`, expires_in: 60, refresh_token: `r${count}` },
    ]);
    const kept: JsonObject[] = [];
    const definition = client(origin, { refresh_token_updater: { refresh_token_config_path: ['refresh'] } });
    const requester = authenticatedRequesters(rig, origin, definition, { config, kept })();
    await requester.send(placeOf(), []);
    expect(kept).toEqual([
      {
        ...config,
        refresh: 'r1',
        credentials: { access_token: 'a1', token_expiry_date: expect.stringMatching(/^2\d{3}-.+Z$/) },
      },
    ]);
    await rig.clock.sleep(61_000);
    await requester.send(placeOf(), []);
    expect(new URLSearchParams(refreshes[1]?.body).get('refresh_token')).toBe('r1');
    expect(kept[1]).toMatchObject({ refresh: 'r2' });
  });

  test('is not asked for while the access token of the configuration is good', async () => {
    const { origin, refreshes, tokens } = await provider(() => [200, { access_token: 'new' }]);
    const more = { access_token_value: 'old', token_expiry_date: new Date(rig.clock.now() + 3_600_000).toISOString() };
    await authenticatedRequesters(rig, origin, client(origin, more), { config })().send(placeOf(), []);
    expect([refreshes.length, tokens]).toEqual([0, ['Bearer old']]);
  });

  test('is asked for before a retry where the manifest takes a status for a token that is good no more', async () => {
    const { origin, tokens } = await provider(
      (count) => [200, { access_token: `a${count}`, expires_in: 3600 }],
      (token) => (token === 'Bearer a1' ? 401 : 200),
    );
    const filter = { type: 'HttpResponseFilter', http_codes: [401], action: 'REFRESH_TOKEN_THEN_RETRY' };
    const error_handler = { type: 'DefaultErrorHandler', response_filters: [filter] };
    await authenticatedRequesters(rig, origin, client(origin), { config, definition: { error_handler } })().send(
      placeOf(),
      [],
    );
    expect(tokens).toEqual(['Bearer a1', 'Bearer a2']);
  });

  test.each<[string, number, JsonObject, JsonObject, string]>([
    ['invalid_grant', 400, { error: 'invalid_grant' }, {}, 'credential'],
    [
      'what the manifest names',
      418,
      { code: 'used_up' },
      {
        refresh_token_error_status_codes: [418],
        refresh_token_error_key: 'code',
        refresh_token_error_values: ['used_up'],
      },
      'credential',
    ],
    ['another refusal', 404, { error: 'no such page' }, {}, 'invalid_answer'],
    ['no token', 200, { token_type: 'bearer' }, {}, 'invalid_answer'],
  ])('F1-14 is told from other failures by %s, and shown to nobody', async (_what, status, body, more, reason) => {
    const { origin } = await provider(() => [status, { ...body, echo: 'r0-is-long hush-hush' }]);
    const settings = { id: 'me', secret: 'hush-hush', refresh: 'r0-is-long' };
    const send = authenticatedRequesters(rig, origin, client(origin, more), { config: settings })().send(placeOf(), []);
    const error = await connectorErrorOf(send);
    expect(error.reason).toBe(reason);
    expect(`${error.message} ${rig.lines.join()}`).not.toMatch(/r0-is-long|hush-hush/);
  });

  test('is asked for again when the endpoint has a fault of its own', async () => {
    const { origin, refreshes } = await provider((count) => (count < 3 ? [503, {}] : [200, { access_token: 'a' }]));
    await authenticatedRequesters(rig, origin, client(origin), { config })().send(placeOf(), []);
    expect([refreshes.length, rig.waits]).toEqual([3, [1_000, 2_000]]);
  });
});

test('an assertion stands for client and refresh token when the manifest says so', async () => {
  const { origin, refreshes } = await provider(() => [200, { access_token: 'a' }]);
  const definition = client(origin, {
    use_profile_assertion: true,
    profile_assertion: { type: 'JwtAuthenticator', secret_key: 'k', algorithm: 'HS256', jwt_payload: { iss: 'me' } },
  });
  await authenticatedRequesters(rig, origin, definition, { config })().send(placeOf(), []);
  const body = new URLSearchParams(refreshes[0]?.body);
  expect([...body.keys()]).toEqual(['grant_type', 'assertion']);
  expect(JSON.parse(Buffer.from(body.get('assertion')!.split('.')[1]!, 'base64url').toString())).toMatchObject({
    iss: 'me',
  });
});

describe('a right that the platform was granted', () => {
  const granting = (renews: boolean): Authorization & { readonly refused: string[] } => {
    let count = 1;
    const refused: string[] = [];
    return {
      refused,
      header: () => Promise.resolve(new Secret(`Bearer g${count}`)),
      renew(old) {
        refused.push(old.reveal());
        count += 1;
        return Promise.resolve(renews);
      },
    };
  };

  test('takes the place of the manifest, and is renewed once when the source refuses it', async () => {
    const { origin, refreshes, tokens } = await provider(
      () => [200, {}],
      (token) => (token === 'Bearer g1' ? 401 : 200),
    );
    const grantedAuthorization = granting(true);
    await authenticatedRequesters(rig, origin, client(origin), { grantedAuthorization })().send(placeOf(), []);
    expect([refreshes.length, tokens, grantedAuthorization.refused]).toEqual([
      0,
      ['Bearer g1', 'Bearer g2'],
      ['Bearer g1'],
    ]);
  });

  test('is a credential to be renewed by people when there is no newer one', async () => {
    const { origin } = await provider(
      () => [200, {}],
      () => 401,
    );
    const requester = authenticatedRequesters(rig, origin, client(origin), { grantedAuthorization: granting(false) })();
    expect((await connectorErrorOf(requester.send(placeOf(), []))).reason).toBe('credential');
  });
});
