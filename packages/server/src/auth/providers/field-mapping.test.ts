import { direct, granted, none, oauth } from '@tributary/connectors/kit/auth';
import { secret } from '@tributary/connectors/kit/fields';
import type { OAuth1Provider } from '@tributary/connectors/kit/oauth-provider';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { credentialFields, earliest, timeOf } from './credential-fields.ts';
import { mapCredentials, serves, takesOutside } from './field-mapping.ts';
import { connectors, exampleProvider } from './testing/vendor-rig.ts';

const signed: OAuth1Provider = {
  type: 'oauth1',
  id: 'signed',
  title: 'Signed',
  docs: 'https://example.com/docs',
  requestTokenUrl: 'https://example.com/request',
  authorizeUrl: 'https://example.com/authorize',
  accessTokenUrl: 'https://example.com/access',
  signatureMethod: 'HMAC-SHA1',
  defaultScopes: [],
  baseUrl: 'https://example.com',
};

const token = { access_token: secret({ title: 'Access token' }) };
const map = (connector: Parameters<typeof mapCredentials>[1], given: object) =>
  mapCredentials('Vault', connector, { fields: credentialFields(given), goodUntil: undefined });

describe('C12 the fields of an outside vault', () => {
  it('are of use to sources that take an OAuth 2 token or a secret, and to no other', () => {
    const auths = {
      oauth2: [oauth(exampleProvider)],
      secret: [direct(z.object(token))],
      either: [oauth(signed), direct(z.object(token))],
      oauth1: [oauth(signed)],
      path: [direct(z.object({ path: z.string() }))],
      machine: [granted(z.object(token), { type: 'app_installation', tokenUrl: 'https://example.com/token' })],
      none: [none],
    };
    const taking = Object.entries(auths).filter(([, auth]) => takesOutside({ auth }));
    expect(taking.map(([name]) => name)).toEqual(['oauth2', 'secret', 'either']);
    expect(takesOutside({ auth: auths.secret, internal: true })).toBe(false);
    expect(serves({ unserved: ['a'] }, { id: 'a', auth: auths.secret })).toBe(false);
  });

  it('make a token first, and fields of it where the source takes both', () => {
    const both = {
      id: 'linear',
      auth: [oauth(exampleProvider), direct(z.object({ api_key: secret({ title: 'Key' }) }))],
    };
    expect(map(both, { access_token: 't' })).toMatchObject({ type: 'token' });
    expect(map(both, { apiKey: 'k' })).toMatchObject({ type: 'fields', fields: { api_key: expect.anything() } });
  });

  it('are taken of the user, not of the bot, for Slack', () => {
    const slack = { ...connectors.token, id: 'slack' };
    const mapped = map(slack, { access_token: 'xoxb-bot', authed_user: { id: 'U1', access_token: 'xoxp-user' } });
    expect(mapped.type === 'token' && mapped.token.reveal()).toBe('xoxp-user');
  });

  it('say of the server what the configuration says, or nothing is sent to it', () => {
    const fields = credentialFields({ access_token: 't', subdomain: 'acme', instance_url: 'https://i.example.com' });
    const mapWith = (settings: { subdomain?: string }) =>
      mapCredentials('Vault', connectors.token, { fields, goodUntil: undefined }, settings);
    const captured = { subdomain: 'acme', instance_url: 'https://i.example.com' };
    expect(mapWith({})).toMatchObject({ captured });
    expect(mapWith({ subdomain: 'acme' })).toMatchObject({ captured });
    expect(() => mapWith({ subdomain: 'other' })).toThrow('another subdomain');
    const bare = { fields: credentialFields({ access_token: 't' }), goodUntil: undefined };
    expect(mapCredentials('Vault', connectors.token, bare, { subdomain: 'acme' })).toMatchObject({
      captured: { subdomain: 'acme' },
    });
  });

  it('give nothing when none of them is wanted, although the source would do without', () => {
    const optional = { id: 'github', auth: [direct(z.object({ access_token: token.access_token.optional() }))] };
    expect(() => map(optional, { note: 'canary' })).toThrow(
      'Vault has no access_token for this account. It has: note.',
    );
  });

  it('name all that is missing, and no value', () => {
    const attempt = (): unknown => map(connectors.password, { username: 'canary' });
    expect(attempt).toThrow('Vault has no subdomain and no password for this account. It has: username.');
  });
});

describe('what vendors send', () => {
  it('is flattened by dotted names, without lists, flags and nulls', () => {
    const given = {
      a: 'x',
      n: 7,
      flag: true,
      none: null,
      empty: '',
      list: ['y'],
      deep: { er: { e: 'z', st: { f: 'no' } } },
    };
    expect(Object.keys(credentialFields(given))).toEqual(['a', 'n', 'deep.er.e']);
    expect(Object.keys(credentialFields(JSON.parse('{"__proto__":{"a":"x"}}')))).toEqual([]);
    for (const none of [null, 'text', ['list'], 7]) expect(credentialFields(none)).toEqual({});
  });

  it('tells times in several ways', () => {
    const at = Date.parse('2026-05-01T12:00:00Z');
    for (const one of ['2026-05-01T12:00:00Z', '2026-05-01T14:00:00+02:00', at, at / 1000, String(at / 1000)])
      expect([one, timeOf(one)]).toEqual([one, at]);
    for (const none of [null, undefined, '', 'soon', -1, 0, Number.NaN, {}]) expect(timeOf(none)).toBeUndefined();
    expect(earliest(undefined, 7, 3)).toBe(3);
    expect(earliest(undefined)).toBeUndefined();
  });
});
