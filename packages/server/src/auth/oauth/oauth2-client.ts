import type { Clock } from '@tributary/connectors/kit/context';
import type { HttpRequest } from '@tributary/connectors/kit/http-client';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  nopkce,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import { errors } from '../../errors.ts';
import { carriedToken } from './carried-token.ts';
import { clientAuthentication } from './client-authentication.ts';
import { declaredExchange, declaredStart, isDeclared, plainAnswer } from './declared-flow.ts';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  ProviderAccess,
  StartedAuthorization,
} from './oauth-client.ts';
import { providerAddress } from './provider-address.ts';
import type { ProviderHttp } from './provider-http.ts';
import { revokeToken } from './revoke-token.ts';
import { protocolError, requestTokens, serverOf } from './token-request.ts';
import type { OAuth2Tokens } from './tokens.ts';
import { judgeProof } from './verify-token.ts';

type Of<R extends ProviderAccess> = R & { readonly provider: OAuth2Provider };

/** OAuth 2 by oauth4webapi, for every row of the table. The port says what each does. */
export class OAuth2Client {
  readonly #http: ProviderHttp;
  readonly #clock: Clock;

  constructor(http: ProviderHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  async start(request: Of<AuthorizationRequest>): Promise<StartedAuthorization> {
    const { provider, client, parameters, redirectUri, state } = request;
    if (isDeclared(provider)) return declaredStart(this.#http, { ...request, provider });
    const url = providerAddress(provider, provider.authorizeUrl, parameters);
    await this.#http.check(provider.id, url);
    const scopes = [...new Set([...provider.defaultScopes, ...request.scopes])];
    const asked: Record<string, string> = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      state,
      ...(scopes.length > 0 && { [provider.scopeParameter ?? 'scope']: joined(scopes, provider.scopeSeparator) }),
      ...provider.authorizeParameters,
    };
    const verifier = provider.pkce ? generateRandomCodeVerifier() : undefined;
    if (verifier !== undefined) {
      asked['code_challenge'] = await calculatePKCECodeChallenge(verifier);
      asked['code_challenge_method'] = 'S256';
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    // A space is `+` in forms but `%20` in queries (RFC 3986); vendors that split at spaces know the latter.
    if (provider.scopeSeparator !== '+') url.search = url.search.replaceAll('+', '%20');
    return { url: url.href, memory: verifier === undefined ? {} : { verifier } };
  }

  async finish(answer: Of<AuthorizationAnswer>): Promise<OAuth2Tokens> {
    const { provider, client, parameters, redirectUri, memory } = answer;
    const query = checkedAnswer(
      isDeclared(provider) ? { ...answer, query: plainAnswer({ ...answer, provider }) } : answer,
    );
    const verifier = memory['verifier'];
    if (provider.pkce && verifier === undefined) {
      throw errors.oauth_provider_failed({ provider: provider.id, reason: 'the authorization was begun without PKCE' });
    }
    const tools = { http: this.#http, clock: this.#clock };
    if (isDeclared(provider)) {
      const { call, url, secrets } = declaredExchange({ ...answer, provider }, query.get('code') ?? '');
      return requestTokens(tools, { provider, parameters, url, secrets }, call);
    }
    const named = { client_id: client.id };
    const proof = clientAuthentication(provider.clientAuthentication, client);
    return requestTokens(
      tools,
      { provider, parameters },
      {
        request: (server, options) =>
          authorizationCodeGrantRequest(server, named, proof, query, redirectUri, verifier ?? nopkce, options),
        read: (server, response) => processAuthorizationCodeResponse(server, named, response),
      },
    );
  }

  async refresh(access: ProviderAccess<OAuth2Provider>, tokens: OAuth2Tokens): Promise<OAuth2Tokens> {
    const { provider, client, parameters } = access;
    const { refreshToken } = tokens;
    if (!refreshToken) {
      throw errors.oauth_grant_refused({ provider: provider.id, reason: 'there is no refresh token' });
    }
    const named = { client_id: client.id };
    const proof = clientAuthentication(provider.clientAuthentication, client);
    return requestTokens(
      { http: this.#http, clock: this.#clock },
      { provider, parameters, previous: tokens },
      {
        request: (server, options) => refreshTokenGrantRequest(server, named, proof, refreshToken.reveal(), options),
        read: (server, response) => processRefreshTokenResponse(server, named, response),
      },
    );
  }

  revoke(access: ProviderAccess<OAuth2Provider>, tokens: OAuth2Tokens): Promise<boolean> {
    return revokeToken(this.#http, access, tokens);
  }

  async verify(access: ProviderAccess<OAuth2Provider>, tokens: OAuth2Tokens): Promise<boolean | undefined> {
    const { provider, parameters } = access;
    const { verify } = provider;
    if (!verify) return undefined;
    const base = providerAddress(provider, provider.baseUrl, parameters, tokens.captured);
    const { headerName, value } = carriedToken(provider, tokens.accessToken);
    const request: HttpRequest = {
      method: verify.method,
      url: under(base, verify.path),
      headers: { accept: 'application/json', ...verify.headers, [headerName]: value },
      ...(verify.json && { json: verify.json }),
    };
    return judgeProof(provider, await this.#http.send(provider.id, request));
  }
}

/** A path, with its query, below a base address. */
export function under(base: URL, path: string): URL {
  return new URL(`${base.href.replace(/\/$/, '')}${path}`);
}

/** `+` between scopes is what a form makes of a space. */
const joined = (scopes: readonly string[], separator: OAuth2Provider['scopeSeparator']): string =>
  scopes.join(separator === '+' ? ' ' : separator);

/**
 * Checks `state` and `iss` of the browser's answer, and what stands in the place of the code. Where the row names no issuer,
 * an `iss` must at least be of a host that the row asks (RFC 9207 §2.4; multi-tenant issuers differ in their path).
 */
function checkedAnswer({ provider, client, parameters, state, query }: Of<AuthorizationAnswer>): URLSearchParams {
  const iss = query.get('iss');
  const hosts = [provider.authorizeUrl, provider.tokenUrl].map(
    (url) => providerAddress(provider, url, parameters).origin,
  );
  const known = iss !== null && hosts.includes(URL.parse(iss)?.origin ?? '') ? iss : undefined;
  try {
    const server = serverOf(provider, parameters, provider.issuer ?? known);
    return validateAuthResponse(server, { client_id: client.id }, query, state);
  } catch (error) {
    throw protocolError(provider.id, error);
  }
}
