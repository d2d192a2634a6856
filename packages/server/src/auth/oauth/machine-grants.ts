import type { MachineGrant } from '@tributary/connectors/kit/auth';
import type { Clock } from '@tributary/connectors/kit/context';
import type { HttpRequest } from '@tributary/connectors/kit/http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import {
  clientCredentialsGrantRequest,
  genericTokenEndpointRequest,
  processClientCredentialsResponse,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi';
import { AppError, errors } from '../../errors.ts';
import { unreachable } from '../../lib/asserts.ts';
import { judgedAnswer } from './answer-verdict.ts';
import { clientAuthentication } from './client-authentication.ts';
import { filledAddress, optionalField, plainFields, requiredField } from './granted-fields.ts';
import type { GrantedFields } from './granted-fields.ts';
import { createProviderHttp } from './provider-http.ts';
import type { ProviderHttp, ProviderHttpOptions } from './provider-http.ts';
import { signedJwt } from './signed-jwt.ts';
import { valueAt } from './token-answer.ts';
import { requestTokens } from './token-request.ts';
import type { TokenCall } from './token-request.ts';

export interface ObtainedToken {
  readonly accessToken: Secret;
  /** Milliseconds since the epoch; `undefined` when the server did not say. */
  readonly expiresAt?: number;
  /** The header that carries the bare token; absent: `Authorization: Bearer …`. */
  readonly headerName?: string;
}

/** Exchanges what a person typed in for a token. Nothing is stored here. */
export interface MachineGrants {
  /**
   * Asks for a token. Throws `invalid_auth_fields` (a field is missing or no key), `oauth_grant_refused` (final: the server
   * refuses what was typed in), and as `OAuthClient` else.
   */
  obtain(grant: MachineGrant, fields: GrantedFields): Promise<ObtainedToken>;
  close(): Promise<void>;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** An assertion is used at once; the longest that servers take is an hour (Google), or ten minutes (GitHub). */
const ASSERTION_SECONDS = 300;
/** Begins in the past, since the server's clock may be behind ours. */
const SKEW_SECONDS = 60;

interface Ask<G extends MachineGrant> {
  readonly http: ProviderHttp;
  readonly clock: Clock;
  readonly grant: G;
  readonly fields: GrantedFields;
}
type Grant<T extends MachineGrant['type']> = Extract<MachineGrant, { readonly type: T }>;

/** A server that has a token endpoint only, as a row. */
function rowOf(tokenUrl: string): OAuth2Provider {
  const { host, origin } = new URL(tokenUrl);
  return {
    type: 'oauth2',
    id: host,
    title: host,
    docs: origin,
    authorizeUrl: origin,
    tokenUrl,
    clientAuthentication: 'body',
    pkce: false,
    scopeSeparator: ' ',
    defaultScopes: [],
    rotation: 'none',
    baseUrl: origin,
  };
}

async function tokenOf({ http, clock }: Pick<Ask<MachineGrant>, 'http' | 'clock'>, url: string, call: TokenCall) {
  const { accessToken, expiresAt } = await requestTokens(
    { http, clock },
    { provider: rowOf(url), parameters: {} },
    call,
  );
  return { accessToken, ...(expiresAt !== undefined && { expiresAt }) };
}

/** RFC 6749 §4.4. */
async function clientCredentials({ grant, fields, ...deps }: Ask<Grant<'client_credentials'>>): Promise<ObtainedToken> {
  const client = { id: requiredField(fields, 'client_id'), secret: new Secret(requiredField(fields, 'client_secret')) };
  const named = { client_id: client.id };
  const proof = clientAuthentication(grant.basic ? 'basic' : 'body', client);
  const parameters = grant.scopes.length > 0 ? { scope: grant.scopes.join(' ') } : {};
  return tokenOf(deps, filledAddress(grant.tokenUrl, fields), {
    request: (server, options) => clientCredentialsGrantRequest(server, named, proof, parameters, options),
    read: (server, response) => processClientCredentialsResponse(server, named, response),
  });
}

/** RFC 7523 §2.1. The scope stands in the JWT too, where Google and others look for it. */
async function jwtBearer({ grant, fields, ...deps }: Ask<Grant<'jwt_bearer'>>): Promise<ObtainedToken> {
  const url = filledAddress(grant.tokenUrl, fields);
  const issuer = requiredField(fields, 'issuer');
  const now = Math.floor(deps.clock.now() / 1000);
  const scope = grant.scopes.length > 0 ? grant.scopes.join(' ') : undefined;
  const assertion = signedJwt({
    algorithm: grant.algorithm,
    privateKey: requiredField(fields, 'private_key'),
    keyId: optionalField(fields, 'key_id'),
    claims: {
      iss: issuer,
      sub: optionalField(fields, 'subject'),
      aud: grant.audience ?? url,
      iat: now - SKEW_SECONDS,
      exp: now + ASSERTION_SECONDS,
      scope,
    },
  });
  const named = { client_id: issuer };
  // The assertion is the proof; a `client_id` beside it is not asked for (RFC 7521 §4.1).
  const proof = () => undefined;
  const parameters = { assertion, ...(scope !== undefined && { scope }) };
  return tokenOf(deps, url, {
    request: (server, options) => genericTokenEndpointRequest(server, named, proof, JWT_BEARER, parameters, options),
    read: (server, response) => processGenericTokenEndpointResponse(server, named, response),
  });
}

async function answered(
  http: ProviderHttp,
  id: string,
  request: HttpRequest,
  secrets: readonly string[],
): Promise<JsonObject> {
  const answer = await http.send(id, request);
  // All that is sent here was typed in by a person: whatever of it is refused, only a person can go on.
  const refusals = [400, 401, 403, 404, 422].map((status) => ({ status }));
  return judgedAnswer(answer, { provider: { id, refusals }, secrets });
}

/** A JWT of the app (at most ten minutes) is exchanged for the token of one installation, as GitHub's apps do it. */
async function appInstallation({ grant, fields, http, clock }: Ask<Grant<'app_installation'>>): Promise<ObtainedToken> {
  const url = filledAddress(grant.tokenUrl, { ...fields, installation_id: requiredField(fields, 'installation_id') });
  const now = Math.floor(clock.now() / 1000);
  const claims = { iat: now - SKEW_SECONDS, exp: now + ASSERTION_SECONDS, iss: requiredField(fields, 'app_id') };
  const jwt = signedJwt({ algorithm: 'RS256', privateKey: requiredField(fields, 'private_key'), claims });
  const headers = { accept: 'application/json', authorization: new Secret(`Bearer ${jwt}`) };
  const { host } = new URL(url);
  const { token, expires_at: end } = await answered(http, host, { method: 'POST', url, headers }, [jwt]);
  const expiresAt = typeof end === 'string' ? Date.parse(end) : Number.NaN;
  return { accessToken: textToken(host, token), ...(!Number.isNaN(expiresAt) && { expiresAt }) };
}

/** A login with the fields as JSON, that answers with a token for a time. */
async function sessionToken({ grant, fields, http, clock }: Ask<Grant<'session_token'>>): Promise<ObtainedToken> {
  const url = filledAddress(grant.loginUrl, fields);
  const json = plainFields(fields);
  const { host } = new URL(url);
  const body = await answered(
    http,
    host,
    { method: 'POST', url, json },
    Object.values(json).filter((text) => text.length >= 4),
  );
  const expiresAt = clock.now() + grant.ttlSeconds * 1000;
  return { accessToken: textToken(host, valueAt(body, grant.tokenAt)), expiresAt, headerName: grant.header };
}

function textToken(provider: string, token: unknown): Secret {
  if (typeof token === 'string' && token !== '') return new Secret(token);
  throw errors.oauth_provider_failed({ provider, reason: 'its answer holds no token' });
}

function obtain(ask: Ask<MachineGrant>): Promise<ObtainedToken> {
  const { grant } = ask;
  switch (grant.type) {
    case 'client_credentials':
      return clientCredentials({ ...ask, grant });
    case 'jwt_bearer':
      return jwtBearer({ ...ask, grant });
    case 'app_installation':
      return appInstallation({ ...ask, grant });
    case 'session_token':
      return sessionToken({ ...ask, grant });
    default:
      return unreachable(grant);
  }
}

/** Machine grants over the guarded client. Close it to let go of its connections. */
export function createMachineGrants(options: ProviderHttpOptions): MachineGrants {
  const http = createProviderHttp(options);
  return {
    async obtain(grant, fields) {
      try {
        return await obtain({ http, clock: options.clock, grant, fields });
      } catch (error) {
        // The client is what the person typed in: to be refused as one is final here.
        if (!(error instanceof AppError) || error.code !== 'oauth_client_refused') throw error;
        const { provider, reason } = error.details as { provider: string; reason: string };
        throw errors.oauth_grant_refused({ provider, reason });
      }
    },
    close: () => http.close(),
  };
}
