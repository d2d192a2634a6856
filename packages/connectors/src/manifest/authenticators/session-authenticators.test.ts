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

/** A source with a login that counts its sessions. */
async function source() {
  const seen: string[] = [];
  const { origin } = await rig.serve((request, response) => {
    const { url = '', headers } = request;
    if (url.startsWith('/login')) {
      seen.push(`login ${headers.authorization ?? ''}`.trim());
      return void response.end(JSON.stringify({ id: `s${seen.length}`, session: { token: `s${seen.length}` } }));
    }
    const token = headers['x-session'] ?? headers.authorization ?? url;
    seen.push(String(token));
    response.writeHead(token === 'stale' ? 401 : 200).end('{}');
  });
  return { origin, seen };
}

const session = (origin: string, more: JsonObject): JsonObject => ({
  type: 'SessionTokenAuthenticator',
  login_requester: {
    type: 'HttpRequester',
    url: `${origin}/login`,
    http_method: 'POST',
    authenticator: { type: 'BasicHttpAuthenticator', username: 'u', password: 'p' },
  },
  session_token_path: ['session', 'token'],
  request_authentication: { type: 'Bearer' },
  ...more,
});

test('a session is begun once for all streams, and again when its time is over', async () => {
  const { origin, seen } = await source();
  const requester = authenticatedRequesters(rig, origin, session(origin, { expiration_duration: 'PT1H' }));
  await Promise.all([requester().send(placeOf(), []), requester().send(placeOf(), [])]);
  await rig.clock.sleep(3_601_000);
  await requester().send(placeOf(), []);
  expect(seen).toEqual(['login Basic dTpw', 'Bearer s1', 'Bearer s1', 'login Basic dTpw', 'Bearer s4']);
});

test('a session without a time is begun for every request, and its token goes where the manifest says', async () => {
  const { origin, seen } = await source();
  const place = { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'sid' };
  const request_authentication = { type: 'ApiKey', inject_into: place, api_token: 'T-{{ session_token }}' };
  const requester = authenticatedRequesters(rig, origin, session(origin, { request_authentication }))();
  await requester.send(placeOf(), []);
  await requester.send(placeOf(), []);
  expect(seen.filter((one) => !one.startsWith('login'))).toEqual(['/?sid=T-s1', '/?sid=T-s3']);
});

test('a login whose answer has no token says where it was looked for', async () => {
  const { origin } = await source();
  const requester = authenticatedRequesters(rig, origin, session(origin, { session_token_path: ['data', 'key'] }))();
  expect(await connectorErrorOf(requester.send(placeOf(), []))).toMatchObject({
    reason: 'invalid_answer',
    message: expect.stringContaining('"data.key"'),
  });
});

const legacy: JsonObject = {
  type: 'LegacySessionTokenAuthenticator',
  header: 'X-Session',
  login_url: 'login',
  validate_session_url: 'me',
  session_token: "{{ config['token'] }}",
  session_token_response_key: 'id',
  username: "{{ config.get('user') }}",
  password: "{{ config.get('password') }}",
};

test('the older kind of session is tried first, and begun anew when the source refuses it', async () => {
  const good = await source();
  const definition = { url: undefined as never, url_base: `${good.origin}/`, path: 'x' };
  const send = (config: JsonObject) =>
    authenticatedRequesters(rig, '', legacy, { config, definition })().send(placeOf(), []);
  await send({ token: 'fresh' });
  expect(good.seen).toEqual(['fresh', 'fresh']);
  await send({ token: 'stale', user: 'u', password: 'p' });
  expect(good.seen.slice(2)).toEqual(['stale', 'login', 's4']);
  expect((await connectorErrorOf(send({ token: 'stale' }))).reason).toBe('credential');
});
