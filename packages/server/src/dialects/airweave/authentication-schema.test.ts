import { describe, expect, it } from 'vitest';
import { Authentication, detectAuthentication } from './authentication-schema.ts';

const refusal = (given: unknown) => Authentication.safeParse(given).error?.issues[0];

describe('C07 the auth method follows from the fields given', () => {
  it.each([
    [undefined, 'absent'],
    [null, 'absent'],
    [{ credentials: { api_key: 'k' } }, 'direct'],
    [{ access_token: 't', refresh_token: null }, 'oauth_token'],
    [{}, 'oauth_browser'],
    [{ redirect_uri: 'https://app.example.com' }, 'oauth_browser'],
    [{ client_id: null, client_secret: null }, 'oauth_browser'],
    [{ client_id: 'i', client_secret: 's' }, 'oauth_byoc'],
    [{ consumer_key: 'k', consumer_secret: 's' }, 'oauth_byoc'],
    [{ provider_readable_id: 'p', provider_config: { a: 1 } }, 'auth_provider'],
  ])('%j is %s', (given, method) => {
    const parsed = given ? Authentication.parse(given) : given;
    expect(detectAuthentication(parsed).method).toBe(method);
  });
});

describe('C13 ambiguous authentication is refused', () => {
  it.each([
    [{ credentials: { a: 1 }, access_token: 't' }, 'mixes the fields of several methods: credentials, access_token'],
    [{ credentials: { a: 1 }, redirect_uri: null }, 'mixes the fields of several methods'],
    [{ provider_readable_id: 'p', client_id: 'i', client_secret: 's' }, 'mixes the fields of several methods'],
    [{ client_id: 'i', client_secret: 's', consumer_key: 'k', consumer_secret: 's' }, 'either client_id'],
  ])('%j', (given, words) => {
    expect(refusal(given)?.message).toContain(words);
  });
});

describe('an authentication that its method does not take', () => {
  it.each([
    [{ credentials: {} }, 'Credentials cannot be empty'],
    [{ credentials: 'secret' }, 'credentials: '],
    [{ access_token: ' ' }, 'Access token cannot be blank'],
    [{ access_token: 't', expires_at: '2020-01-01T00:00:00Z' }, 'Token has already expired'],
    [{ access_token: 't', expires_at: '2020-01-01T00:00:00' }, 'Token has already expired'],
    [{ client_id: 'i' }, 'client_id and client_secret must be given together'],
    [{ consumer_secret: 's' }, 'consumer_key and consumer_secret must be given together'],
    [{ type: 'oauth_token', access_token: 't' }, 'Unknown field in authentication: type'],
    ['secret-in-a-string', 'should be an object'],
    [['a'], 'should be an object'],
  ])('%j is refused in words that help', (given, words) => {
    const message = refusal(given)?.message;
    expect(message).toContain(words);
    expect(message).not.toContain('secret-in-a-string');
  });

  it('takes a token that expires later, with an offset or without', () => {
    for (const expiresAt of ['2999-01-01T00:00:00Z', '2999-01-01T00:00:00+02:00', '2999-01-01T00:00:00']) {
      expect(Authentication.safeParse({ access_token: 't', expires_at: expiresAt }).success).toBe(true);
    }
  });
});
