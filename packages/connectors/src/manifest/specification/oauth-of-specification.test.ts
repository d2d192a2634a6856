import { describe, expect, test } from 'vitest';
import type { OAuth2Provider } from '../../kit/oauth-provider.ts';
import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { grantedSettings } from '../configuration/granted-settings.ts';
import { schemaIssues } from '../configuration/schema-check.ts';
import { grantedSpecification } from './granted-specification.ts';
import { loginRenewal } from './login/login-renewal.ts';
import { oauthOfSpecification } from './oauth-of-specification.ts';
import { signInOf } from './sign-in.ts';

const tea: JsonObject = {
  consent_url:
    'https://{{subdomain}}.tea.example/auth?{{client_id_key}}={{client_id_value}}&{{redirect_uri_key}}={{{{redirect_uri_value}} | urlEncoder}}&{{state_key}}={{state_value}}',
  access_token_url: 'https://{{subdomain}}.tea.example/token',
  access_token_params: {
    '{{ auth_code_key }}': '{{ auth_code_value }}',
    '{{ client_id_key }}': '{{ client_id_value }}',
    '{{ client_secret_key }}': '{{ client_secret_value }}',
  },
  access_token_headers: { Accept: 'application/json', 'X-Version': '2', Host: 'evil.example' },
  extract_output: ['data.access_token', 'data.refresh_token', 'data.account.region'],
  client_id_key: 'app_id',
  client_secret_key: 'secret',
  auth_code_key: 'auth_code',
};

const connection_specification: JsonObject = {
  type: 'object',
  required: ['credentials', 'start'],
  properties: {
    start: { type: 'string' },
    credentials: {
      oneOf: [
        {
          required: ['auth_type', 'client_id', 'client_secret', 'access_token', 'subdomain'],
          properties: {
            auth_type: { const: 'oauth2.0' },
            client_id: { type: 'string' },
            client_secret: { type: 'string', airbyte_secret: true },
            access_token: { type: 'string', airbyte_secret: true },
            subdomain: { type: 'string', title: 'Subdomain' },
            region: { type: 'string' },
          },
        },
        { required: ['auth_type', 'key'], properties: { auth_type: { const: 'key' }, key: { airbyte_secret: true } } },
      ],
    },
  },
};

const at = (...path: string[]) => ({ type: 'string', path_in_connector_config: path });

const described = (input: JsonObject | undefined, rules: JsonObject = {}, manifest: JsonObject = {}) =>
  oauthOfSpecification({
    id: 'tea',
    title: 'Tea',
    renewal: loginRenewal(manifest),
    spec: {
      connection_specification,
      advanced_auth: {
        auth_flow_type: 'oauth2.0',
        predicate_key: ['credentials', 'auth_type'],
        predicate_value: 'oauth2.0',
        oauth_config_specification: {
          ...(input && { oauth_connector_input_specification: input }),
          oauth_user_input_from_connector_config_specification: {
            properties: { subdomain: at('credentials', 'subdomain') },
          },
          complete_oauth_output_specification: {
            properties: { access_token: at('credentials', 'access_token'), region: at('credentials', 'region') },
          },
          complete_oauth_server_output_specification: {
            client_id: at('credentials', 'client_id'),
            client_secret: at('credentials', 'client_secret'),
          },
          ...rules,
        },
      },
    },
  });

const provider = (...given: Parameters<typeof described>): OAuth2Provider =>
  described(...given)?.scheme.provider as OAuth2Provider;

const values = {
  clientId: 'the-client',
  redirectUri: 'https://us.example/back',
  state: 'our-state',
  verifier: undefined,
  parameters: { subdomain: 'green' },
};

describe('a sign-in that a specification describes', () => {
  test('becomes a provider with the addresses, names and paths of the specification', () => {
    const row = provider(tea);
    expect(row).toMatchObject({
      authorizeUrl: 'https://{subdomain}.tea.example/auth',
      tokenUrl: 'https://{subdomain}.tea.example/token',
      jsonTokenRequest: true,
      clientAuthentication: 'body',
      parameterNames: { client_id: 'app_id', client_secret: 'secret' },
      tokenHeaders: { accept: 'application/json', 'x-version': '2' },
      tokenPaths: { access_token: 'data.access_token', refresh_token: 'data.refresh_token' },
      captures: { region: 'data.account.region' },
      rotation: 'stable',
      pkce: false,
    });
    expect(row.declared?.consentUrl(values)).toBe(
      'https://green.tea.example/auth?app_id=the-client&redirect_uri=https%3A%2F%2Fus.example%2Fback&state=our-state',
    );
    expect(row.declared?.tokenRequest({ ...values, clientSecret: new Secret('s'), code: 'c' })).toEqual({
      url: 'https://green.tea.example/token',
      headers: { accept: 'application/json', 'x-version': '2' },
      body: { type: 'json', values: { auth_code: 'c', app_id: 'the-client', secret: 's' } },
    });
  });

  test('its host takes nothing that would lead elsewhere', () => {
    const { pattern } = provider(tea).parameters?.['subdomain'] ?? {};
    const whole = new RegExp(`^(?:${pattern?.source ?? 'x{9}'})$`);
    expect(['green', 'a.b', 'evil.example/', 'x@y', 'a?b', 'a#b', ''].map((value) => whole.test(value))).toEqual([
      true,
      true,
      ...Array.from({ length: 5 }, () => false),
    ]);
  });

  test('asks for its inputs apart from secret settings, and puts what came back where it belongs', () => {
    const login = described(tea);
    expect(Object.keys(login?.settings ?? {})).toEqual(['subdomain']);
    const made = login && grantedSettings({ start: 'now' }, login, { subdomain: 'green', region: 'eu' });
    expect(made).toEqual({
      start: 'now',
      credentials: { auth_type: 'oauth2.0', subdomain: 'green', region: 'eu' },
    });
    const needed = grantedSpecification(connection_specification, login?.replaced ?? [], { secrets: true });
    expect(schemaIssues(needed, made)).toEqual([]);
    expect(schemaIssues(needed, {})).toEqual(["the settings: 'start' is missing"]);
    expect(schemaIssues(connection_specification, made)).not.toEqual([]);
  });

  test('without parameters the body is that of RFC 6749, unless the address holds all of it', () => {
    const { access_token_params: _, access_token_headers: _headers, ...bare } = tea;
    const exchange = { ...values, clientSecret: new Secret('s'), code: 'c/d' };
    expect(provider(bare).declared?.tokenRequest(exchange).body).toEqual({
      type: 'form',
      values: {
        grant_type: 'authorization_code',
        auth_code: 'c/d',
        redirect_uri: 'https://us.example/back',
        app_id: 'the-client',
        secret: 's',
      },
    });
    const inAddress = {
      ...bare,
      access_token_url: 'https://tea.example/token?{{auth_code_param}}&{{client_secret_param}}',
    };
    const request = provider(inAddress).declared?.tokenRequest(exchange);
    expect(request).toMatchObject({
      url: 'https://tea.example/token?auth_code=c%2Fd&secret=s',
      body: { type: 'form', values: {} },
    });
  });

  test("F1-8 PKCE's verifier is none of what the address shows", () => {
    const consent = `${tea['consent_url'] as string}&code_challenge={{ {{state_value}} | codeChallengeS256 }}`;
    const params = { code_verifier: '{{ state_value }}' };
    const row = provider({ ...tea, consent_url: consent, access_token_params: params });
    expect(row.pkce).toBe(true);
    const known = { ...values, verifier: 'the-verifier' };
    const url = new URL(row.declared?.consentUrl(known) ?? '');
    const { code_verifier: sent } =
      row.declared?.tokenRequest({ ...known, clientSecret: undefined, code: 'c' }).body.values ?? {};
    expect(sent).toBe('the-verifier');
    expect(url.searchParams.get('state')).toBe('our-state');
    // BASE64URL(SHA256('the-verifier'))
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(url.href).not.toContain('the-verifier');
  });

  test('the header and the address by which the manifest itself renews and sends tokens are taken', () => {
    const manifest = {
      streams: [
        {
          type: 'ApiKeyAuthenticator',
          api_token: "{{ config['access_token'] }}",
          inject_into: { inject_into: 'header', field_name: 'Access-Token' },
        },
        { type: 'OAuthAuthenticator', token_refresh_endpoint: 'https://tea.example/renew', refresh_token_updater: {} },
      ],
    };
    expect(provider(tea, {}, manifest)).toMatchObject({
      tokenHeader: 'access-token',
      refreshUrl: 'https://tea.example/renew',
      rotation: 'single_use',
    });
  });

  const renewedAt = (endpoint: string): JsonObject => ({
    streams: [{ type: 'OAuthAuthenticator', token_refresh_endpoint: endpoint }],
  });

  test('tokens are renewed at an address that settings are filled into', () => {
    const endpoint = "https://{{ config['credentials']['subdomain'] }}.tea.example/{{ config.get('zone') }}/renew";
    const login = described(tea, {}, renewedAt(endpoint));
    const row = login?.scheme.provider as OAuth2Provider;
    expect(row.refreshUrl).toBe('https://{subdomain}.tea.example/{zone}/renew');
    expect(Object.keys(row.parameters ?? {})).toEqual(['subdomain', 'zone']);
    expect(login?.notes).toEqual([]);
    expect(row.anyHost).toBeUndefined();
  });

  test('an address of renewal that is computed is told of, and the other one is taken', () => {
    const login = described(tea, {}, renewedAt("{{ 'https://tea.example/renew' if config.zone else '' }}"));
    expect(login?.scheme.provider).not.toHaveProperty('refreshUrl');
    expect(login?.notes).toEqual([expect.stringContaining('renewed at access_token_url')]);
  });

  test.each([
    ['a label before a domain', 'https://{{subdomain}}.tea.example/token', undefined],
    ['a part of a label', 'https://tea-{{subdomain}}.tea.example/token', undefined],
    ['a part of the path', 'https://tea.example/{{subdomain}}/token', undefined],
    ['the whole host', 'https://{{subdomain}}/token', true],
    ['the whole beginning', '{{subdomain}}/token', true],
    ['the end of the host', 'https://tea.{{subdomain}}/token', true],
    ['all but the last label', 'https://{{subdomain}}.example/token', true],
  ])('an input that is %s of the token address says whether any host may be meant', (_title, address, anyHost) => {
    expect(provider({ ...tea, access_token_url: address }).anyHost).toBe(anyHost);
  });

  test('an input with choices is one of them, and chooses no host of its own', () => {
    const rules = {
      oauth_user_input_from_connector_config_specification: {
        properties: { zone: { type: 'string', enum: ['com', 'co.uk'], path_in_connector_config: ['zone'] } },
      },
    };
    const consent = (tea['consent_url'] as string).replace('{{subdomain}}', 'login');
    const row = provider({ ...tea, consent_url: consent, access_token_url: 'https://tea.{{zone}}/token' }, rules);
    expect(row.anyHost).toBeUndefined();
    const { pattern } = row.parameters?.['zone'] ?? {};
    const whole = new RegExp(`^(?:${pattern?.source ?? 'x{9}'})$`);
    expect(['com', 'co.uk', 'coxuk', 'evil.example'].map((value) => whole.test(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['of an older form', {}, { auth_flow_type: 'oauth2.0' }, 'it names no consent_url'],
    ['of OAuth 1.0', tea, { auth_flow_type: 'oauth1.0' }, 'it is of OAuth 1.0'],
    ['that cannot work', { ...tea, consent_url: 'https://tea.example' }, {}, 'there is no `subdomain`'],
  ])('a sign-in %s is no method, and the reason is told', (_title, input, flow, words) => {
    const advanced = { ...flow, oauth_config_specification: { oauth_connector_input_specification: input } };
    const { login, warnings } = signInOf({
      id: 'tea',
      title: 'Tea',
      renewal: loginRenewal({}),
      spec: { advanced_auth: advanced },
    });
    expect(login).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(words)]);
    expect(signInOf({ id: 'tea', title: 'Tea', renewal: loginRenewal({}), spec: {} }).warnings).toEqual([]);
  });

  test.each([
    ['a consent address without a state', { consent_url: 'https://tea.example/auth' }, 'consent_url must hold'],
    [
      'a placeholder of another step',
      { consent_url: 'https://t.example/?{{state_param}}&x={{client_secret_value}}' },
      'consent_url: there is no `client_secret_value`',
    ],
    [
      'a filter that nobody knows',
      { access_token_url: 'https://t.example/{{ subdomain | shout }}' },
      'access_token_url: there is no filter `shout`',
    ],
    ['a state that is too short', { state: { min: 7, max: 24 } }, 'a state of 43 characters'],
  ])('%s is an error', (_title, change, words) => {
    expect(() => described({ ...tea, ...change })).toThrow(words);
  });

  test('without an address to send people to there is no such method', () => {
    expect(described(undefined)).toBeUndefined();
  });
});
