import type { OAuth2Provider, OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { OAuth2Tokens, OAuthClientCredentials, OAuthTokens, ProviderParameters } from './tokens.ts';

/** A provider, a client of it, and what the user filled into its addresses. */
export interface ProviderAccess<P extends OAuthProvider = OAuthProvider> {
  readonly provider: P;
  readonly client: OAuthClientCredentials;
  readonly parameters: ProviderParameters;
}

export interface AuthorizationRequest extends ProviderAccess {
  readonly scopes: readonly string[];
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  /** 256 random bits in base64url; OAuth 1.0a has none, and puts it into the callback's query. */
  readonly state: string;
}

/** Where the browser goes, and what must be remembered until it is back (sealed: some of it is secret). */
export interface StartedAuthorization {
  readonly url: string;
  /** PKCE's verifier, or the temporary token of OAuth 1.0a. */
  readonly memory: Readonly<Record<string, string>>;
}

export interface AuthorizationAnswer extends ProviderAccess {
  readonly redirectUri: string;
  readonly state: string;
  readonly memory: StartedAuthorization['memory'];
  /** The query with which the browser came back. */
  readonly query: URLSearchParams;
}

/**
 * The protocol, for every provider of the table; nothing is stored here. All requests go through the guarded HTTP client.
 * Errors are of the catalogue: `oauth_denied` (the user, or the provider by `error=`), `oauth_grant_refused` (final: the
 * grant is gone, only a person can go on), `oauth_client_refused` (the client is wrong, the grant may be good),
 * `oauth_provider_failed` (the provider misbehaves), `oauth_provider_unreachable` and `source_rate_limited` (try again later),
 * `host_access_refused` (a private address), `invalid_config_fields` (`parameters` do not fit).
 */
export interface OAuthClient {
  /** RFC 6749 §4.1.1 with RFC 7636, or RFC 5849 §2.1 and §2.2. */
  start(request: AuthorizationRequest): Promise<StartedAuthorization>;
  /** Checks state and issuer (RFC 9207) and exchanges the code (RFC 6749 §4.1.3), or RFC 5849 §2.3. */
  finish(answer: AuthorizationAnswer): Promise<OAuthTokens>;
  /** RFC 6749 §6. What the answer leaves out (refresh token, scope, captures) is taken from `tokens`. */
  refresh(access: ProviderAccess<OAuth2Provider>, tokens: OAuth2Tokens): Promise<OAuth2Tokens>;
  /** RFC 7009 or the vendor's own way; a provider without one answers `false`. */
  revoke(access: ProviderAccess, tokens: OAuthTokens): Promise<boolean>;
  /**
   * Asks the provider's `verify` request whether the token is good: for tokens that do not say when they expire.
   * `undefined` when the provider has no such request.
   */
  verify(access: ProviderAccess, tokens: OAuthTokens): Promise<boolean | undefined>;
  close(): Promise<void>;
}
