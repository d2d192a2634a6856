import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { defaultErrorHandler } from '../error-handling/default-error-handler.ts';
import type { JudgedAnswer } from '../error-handling/error-handler.ts';
import { requestFailure } from '../error-handling/request-failure.ts';
import type { ResponseFilter } from '../error-handling/response-filter.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestResponse, RequestParts } from '../model/request.ts';
import { composeRequest } from '../requests/compose-request.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { wholeResponse } from '../requests/manifest-response.ts';
import { sendWithRetries } from '../requests/send-with-retries.ts';
import type { Authenticator } from './authenticator.ts';
import { prefixedToken } from './jwt-authenticator.ts';
import { oauthSettings } from './oauth-settings.ts';
import type { OAuthSettings, RefusedToken } from './oauth-settings.ts';
import { OAuthToken } from './oauth-token.ts';

/** Clients of an opened manifest by their settings: streams share tokens, a refresh token may be good for one use only. */
const tokens = new WeakMap<Build, Map<string, OAuthToken>>();

/** Bearer tokens of an OAuth 2.0 token endpoint (`OAuthAuthenticator`). Throws `ConnectorError('configuration')`. */
export function oauthAuthenticator(definition: Component, build: Build): Authenticator {
  const token = sharedToken(oauthSettings(definition, build), build);
  return {
    async authenticate() {
      const value = await token.current();
      return {
        parts: { headers: { Authorization: `Bearer ${value}` } },
        secrets: value === '' ? [] : [value],
        refused: () => token.replace(value),
      };
    },
    async renew() {
      await token.renew();
      return true;
    },
  };
}

function sharedToken(settings: OAuthSettings, build: Build): OAuthToken {
  const known = tokens.get(build) ?? new Map<string, OAuthToken>();
  tokens.set(build, known);
  const { accessToken: _access, expiry: _expiry, refreshToken, places, ...rest } = settings;
  // What is renewed does not tell clients apart.
  const key = JSON.stringify([rest, [...rest.refused.statuses], places ?? refreshToken]);
  const token = known.get(key) ?? new OAuthToken(settings, build, (current) => askEndpoint(settings, build, current));
  known.set(key, token);
  return token;
}

async function askEndpoint(
  settings: OAuthSettings,
  build: Build,
  refreshToken: string | undefined,
): Promise<JsonObject> {
  const url = URL.parse(settings.endpoint ?? '');
  if (!url) {
    throw new ConnectorError(
      'configuration',
      'OAuthAuthenticator: `token_refresh_endpoint` is no URL; check the settings.',
    );
  }
  const secrets = [refreshToken, ...Object.values(settings.client)].filter((text) => typeof text === 'string');
  const guard = (text: string): string | Secret =>
    secrets.some((secret) => secret !== '' && text.includes(secret)) ? new Secret(text) : build.guard(text);
  // A refresh token may be good for one use only, so that a lost answer is no reason to ask again.
  const request = {
    ...composeRequest({ method: 'POST', url }, await tokenParts(settings, build, refreshToken), guard),
    idempotent: false,
  };
  const outcome = await sendWithRetries({
    errorHandler: defaultErrorHandler({ filters: [refusedFilter(settings.refused)] }),
    clock: build.ctx.clock,
    signal: build.ctx.signal,
    ask: async () => ({
      response: wholeResponse(await build.ctx.http.request(request)),
      bodyIsStreamed: false,
      secrets,
      rotated: false,
      discard: () => undefined,
    }),
    renew: () => Promise.resolve(false),
    failure: (resolution, { response }) =>
      requestFailure({ method: 'POST', url }, response, resolution, build, secrets),
    ignored: () => undefined,
  });
  const body = outcome.type === 'response' ? outcome.response.json() : undefined;
  if (isJsonObject(body)) return body;
  throw new ConnectorError('invalid_answer', 'OAuthAuthenticator: the token endpoint did not answer with an object.');
}

/** What is sent to the endpoint; the standard fields count before those of `refresh_request_body`. */
async function tokenParts(
  settings: OAuthSettings,
  build: Build,
  refreshToken: string | undefined,
): Promise<RequestParts> {
  const { headers, client, grant, scopes, body, asQuery, assertion } = settings;
  if (assertion) return { headers, bodyData: { ...grant, assertion: prefixedToken(assertion, build) } };
  // Providers that want the client in the header refuse it in both places.
  const isInHeader = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const fields = {
    ...body,
    ...grant,
    ...(!isInHeader && client),
    ...(refreshToken !== undefined && { [settings.refreshTokenName]: refreshToken }),
    ...(scopes.length > 0 && { scopes }),
  };
  return asQuery ? { headers, params: fields } : { headers, bodyData: fields };
}

/** RFC 6749 §5.2: the grant or the client is good no more. */
const REFUSALS = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client']);

function refusedFilter({ statuses, key, values }: RefusedToken): ResponseFilter {
  return ({ response }: JudgedAnswer) => {
    if (response.status < 400 || response.status === 429 || (response.status >= 500 && !statuses.has(response.status)))
      return undefined;
    const body = bodyOf(response);
    const isNamed = statuses.has(response.status) && values.has(textOf(body[key]));
    if (!isNamed && !REFUSALS.has(textOf(body['error']))) return undefined;
    return {
      action: 'FAIL',
      failureType: 'credential_error',
      message: 'The provider takes the refresh token or the client no more; authorize the source again.',
    };
  };
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function bodyOf(response: ManifestResponse): JsonObject {
  try {
    const body = response.json();
    return isJsonObject(body) ? body : {};
  } catch {
    return {};
  }
}
