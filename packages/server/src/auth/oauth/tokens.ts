import type { Secret } from '@tributary/connectors/kit/secret';

/** What a provider granted, as the vault keeps it (`credentials` of the sealed settings). Times are milliseconds since the epoch. */
export interface OAuth2Tokens {
  readonly type: 'oauth2';
  readonly accessToken: Secret;
  /** Always kept when one came, also where the table says that the provider gives none. */
  readonly refreshToken?: Secret;
  /** `undefined`: the provider did not say, and neither does its row. */
  readonly expiresAt?: number;
  readonly refreshExpiresAt?: number;
  readonly scope?: string;
  readonly captured: Readonly<Record<string, string>>;
}

/** OAuth 1.0a: the pair does not expire by itself. */
export interface OAuth1Tokens {
  readonly type: 'oauth1';
  readonly token: Secret;
  readonly tokenSecret: Secret;
  readonly captured: Readonly<Record<string, string>>;
}

export type OAuthTokens = OAuth2Tokens | OAuth1Tokens;

/** The client that a grant belongs to: ours, the organization's, or one that came with the connection. */
export interface OAuthClientCredentials {
  /** `client_id`, or the consumer key of OAuth 1.0a. */
  readonly id: string;
  readonly secret: Secret | undefined;
}

/** What the user filled into `{name}` of the provider's addresses. */
export type ProviderParameters = Readonly<Record<string, string>>;
