import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { buildAuthenticator } from '../../../src/manifest/authenticators/build-authenticator.ts';
import {
  jwtHeader,
  jwtPayload,
  prefixedToken,
  secretKey,
} from '../../../src/manifest/authenticators/jwt-authenticator.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { ManifestResponse, RequestParts } from '../../../src/manifest/model/request.ts';
import { wholeResponse } from '../../../src/manifest/requests/manifest-response.ts';
import { templateContext } from '../../../src/manifest/interpolation/template-context.ts';
import { testingBuild, testingStream } from '../../../src/manifest/requests/testing-build.ts';
import { expectSame } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { enumMember, isStub } from './param-table.ts';
import type { ParamJudge, ParamJudges, ParamRow } from './param-table.ts';

/** Configuration and parameters of the CDK's own tests; their rows do not say them. */
const CONFIG = { username: 'user', password: 'password', header: 'header', api_version: 'v2' };
const PARAMETERS = CONFIG;
const BUILD = testingBuild({ config: CONFIG });

async function partsOf(definition: JsonObject): Promise<RequestParts> {
  const component = { $parameters: PARAMETERS, ...definition } as unknown as Component;
  const authenticator = buildAuthenticator(component, {
    build: BUILD,
    stream: testingStream(),
    baseUrl: () => 'https://api.example.com/',
    requester: () => ({ send: () => Promise.resolve({ type: 'response', response: LOGIN }) }),
  });
  const request = { method: 'GET', url: new URL('https://api.example.com/'), parts: {} } as const;
  return (await authenticator.authenticate(request)).parts;
}

const LOGIN: ManifestResponse = wholeResponse({
  status: 200,
  headers: {},
  url: 'https://api.example.com/login',
  bytes: () => Buffer.from('{"token":"my_token"}'),
  text: () => '{"token":"my_token"}',
  json: () => ({ token: 'my_token' }),
});

const given = (value: unknown): Json => value as Json;
const lastPart = (value: unknown): string => (enumMember(value) ?? '').split('.').at(-1) ?? '';

/** What the CDK asks an authenticator for, by the part that it is in ours. */
const ASKED: Readonly<Record<string, keyof RequestParts>> = {
  get_request_params: 'params',
  get_request_body_data: 'bodyData',
  get_request_body_json: 'bodyJson',
};

async function judgeHeader(definition: JsonObject, header: string, expected: unknown): Promise<Verdict> {
  const { headers } = await partsOf(definition);
  return expectSame(headers, { [header]: expected });
}

const tokenAuth: Readonly<Record<string, ParamJudge>> = {
  test_bearer_token_authenticator: (row) =>
    judgeHeader(
      { type: 'BearerAuthenticator', api_token: given(row['token']) },
      'Authorization',
      row['expected_header_value'],
    ),
  test_basic_authenticator: (row) =>
    judgeHeader(
      { type: 'BasicHttpAuthenticator', username: given(row['username']), password: given(row['password']) },
      'Authorization',
      row['expected_header_value'],
    ),
  test_api_key_authenticator: (row) =>
    judgeHeader(
      { type: 'ApiKeyAuthenticator', header: given(row['header']), api_token: given(row['token']) },
      String(row['expected_header']),
      row['expected_header_value'],
    ),
  test_api_key_authenticator_inject: async (row) => {
    const place = {
      type: 'RequestOption',
      inject_into: lastPart(row['inject_type']),
      field_name: given(row['field_name']),
    };
    const parts = await partsOf({ type: 'ApiKeyAuthenticator', api_token: given(row['token']), inject_into: place });
    const part = ASKED[String(row['validation_fn'])] ?? 'headers';
    return expectSame(parts, { [part]: { [String(row['expected_field_name'])]: row['expected_field_value'] } });
  },
  test_api_key_authenticator_nested_token_injection: async (row) => {
    const place = { type: 'RequestOption', inject_into: 'body_json', field_path: given(row['field_path']) };
    const parts = await partsOf({ type: 'ApiKeyAuthenticator', api_token: given(row['token']), inject_into: place });
    return expectSame(parts.bodyJson, row['expected_result']);
  },
};

/** Fields of the row that are set, as the manifest would have them. */
const fieldsOf = (row: ParamRow, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => row[name] !== null).map((name) => [name, given(row[name])]));

const jwtDefinition = (fields: JsonObject): Component => ({
  type: 'JwtAuthenticator',
  algorithm: 'HS256',
  secret_key: 'test',
  ...fields,
});

const contextOf = (definition: Component) => templateContext(BUILD, definition);

async function judgePlace(row: ParamRow, key: string): Promise<Verdict> {
  const option = row['request_option'];
  const fields = isStub(option) ? option.kwargs : undefined;
  const parts = await partsOf({
    ...jwtDefinition({}),
    ...(fields && {
      request_option: {
        type: 'RequestOption',
        inject_into: lastPart(fields['inject_into']),
        field_name: given(fields['field_name']),
      },
    }),
  });
  return expectSame(
    Object.values(parts).map((part) => Object.keys(part as object)),
    [[row[key]]],
  );
}

const jwt: Readonly<Record<string, ParamJudge>> = {
  test_get_jwt_headers: (row) => {
    const definition = jwtDefinition({
      algorithm: given(row['algorithm']),
      jwt_headers: fieldsOf(row, ['kid', 'typ', 'cty']),
      ...fieldsOf(row, ['additional_jwt_headers']),
    });
    return expectSame(jwtHeader(definition, contextOf(definition)), row['expected']);
  },
  test_get_jwt_payload: (row) => {
    const definition = jwtDefinition({
      jwt_payload: fieldsOf(row, ['iss', 'sub', 'aud']),
      ...fieldsOf(row, ['additional_jwt_payload']),
      token_duration: 1000,
    });
    // The test puts these in itself, by its own clock.
    const times = { iat: 1_700_000_000, exp: 1_700_001_000, nbf: 1_700_000_000 };
    const payload = jwtPayload(definition, contextOf(definition), 1_700_000_000_123);
    return expectSame(payload, { ...(row['expected'] as object), ...times });
  },
  test_get_secret_key: (row) => {
    const definition = jwtDefinition(fieldsOf(row, ['base64_encode_secret_key', 'secret_key']));
    return expectSame(secretKey(definition, contextOf(definition)), row['expected']);
  },
  test_get_header_prefix: (row) => {
    const token = prefixedToken(jwtDefinition(fieldsOf(row, ['header_prefix'])), BUILD);
    const [first, second] = token.split(' ');
    return expectSame(second === undefined ? null : first, row['expected']);
  },
  test_get_request_options: (row) => judgePlace(row, 'expected_request_key'),
  test_get_request_headers: (row) => judgePlace(row, 'expected_header_key'),
};

/** Tables about how requests prove who asks. */
export const authenticationJudges: ParamJudges = {
  auth__test_token_auth: tokenAuth,
  auth__test_jwt: jwt,
  auth__test_token_provider: {
    test_interpolated_session_token_provider: (row) =>
      judgeHeader(
        {
          type: 'SessionTokenAuthenticator',
          login_requester: { type: 'HttpRequester', url: 'https://api.example.com/login' },
          session_token_path: ['token'],
          request_authentication: {
            type: 'ApiKey',
            inject_into: { type: 'RequestOption', inject_into: 'header', field_name: 'X-Token' },
            api_token: given(row['api_token_template']),
          },
        },
        'X-Token',
        row['expected_token'],
      ),
  },
};
