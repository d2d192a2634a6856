import { Secret } from './secret.ts';

/** What a header value is made for: a signature (OAuth 1.0a) covers method and URL, a bearer token neither. */
export interface AuthorizedRequest {
  readonly method: string;
  /** With its query. */
  readonly url: URL;
}

/**
 * The right to ask a source that is renewed while it is in use: `HttpClient` asks for the header of every try, and once more
 * after the source has refused it. Whoever makes one owns tokens, renewal and storage; connectors only hand it on.
 */
export interface Authorization {
  /** The header's name where a source wants its token in one of its own; absent: `authorization`. */
  readonly headerName?: string;
  /** The value of the header. Throws `ConnectorError('credential')` when there is none to be had any more. */
  header(request: AuthorizedRequest): Promise<Secret>;
  /** The source answered 401 to `refused`: gets a newer one; `false` when there is none, and the answer stands. */
  renew(refused: Secret): Promise<boolean>;
}

/** Tokens as they are, and the client that they were given to, for who renews them without us (`OAuthScheme.handsOver`). */
export interface HandedTokens {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly client?: { readonly id: string; readonly secret: Secret | undefined };
}

/** What a connector gets from the schemes whose tokens somebody else keeps: OAuth, machine grants, outside auth providers. */
export interface GrantedCredentials {
  readonly authorization: Authorization;
  /** What the provider said beside the token, by the names of its `captures`: `instance_url`, `team_id`, … */
  readonly captured: Readonly<Record<string, string>>;
  /** Set where the scheme hands over. */
  readonly handed?: HandedTokens;
}

/** The value of an `Authorization` header with a bearer token (RFC 6750 §2.1). */
export function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.reveal()}`);
}

/** The value of an `Authorization` header with a name and a password (RFC 7617). */
export function basic(user: string, password: Secret | string): Secret {
  const plain = password instanceof Secret ? password.reveal() : password;
  return new Secret(`Basic ${Buffer.from(`${user}:${plain}`, 'utf8').toString('base64')}`);
}
