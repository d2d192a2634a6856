import type { DeclaredRequests } from './declared-requests.ts';

/** How a client proves itself at the token endpoint (RFC 6749 §2.3.1): `body`, `basic` (the header), or not at all. */
export type ClientAuthentication = 'body' | 'basic' | 'none';

/** What becomes of a refresh token when it is used. */
export type Rotation =
  /** The provider gives none. */
  | 'none'
  /** It stays as it is. */
  | 'stable'
  /** A new one comes; the old one is dead at once, and its use may revoke the whole family. */
  | 'single_use'
  /** A new one comes; the old one goes on until the new one is used, or for a time. */
  | 'grace';

/**
 * An OAuth 2 authorization server as data: where it is, and how it departs from the letter of RFC 6749. Addresses may hold
 * `{name}` of `parameters`, which the user gives: `https://{subdomain}.zendesk.com/oauth/tokens`.
 */
export interface OAuth2Provider {
  readonly type: 'oauth2';
  /** The file's name. */
  readonly id: string;
  readonly title: string;
  /** Where the vendor documents this. */
  readonly docs: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** Where a refresh token is exchanged, when it is not `tokenUrl`. */
  readonly refreshUrl?: string;
  /** What `iss` of the authorization answer must be (RFC 9207); absent: of the host of `authorizeUrl` or `tokenUrl`. */
  readonly issuer?: string;
  /** RFC 7009, or the vendor's own way. */
  readonly revocation?: {
    /** May hold `{client_id}` beside the names of `parameters`. */
    readonly url: string;
    readonly method?: 'POST' | 'DELETE' | 'GET';
    /** How the token is sent: in the form, in a JSON object, or as the bearer of the request. */
    readonly token?: 'form' | 'json' | 'bearer';
    /** Its name in the form or object; `token` by RFC 7009. */
    readonly field?: string;
    /** Which token: the refresh token when there is one, else the access token; or always the latter. */
    readonly of?: 'refresh' | 'access';
    /** How the client proves itself here, when other than at the token endpoint. */
    readonly clientAuthentication?: ClientAuthentication;
    /** The version of the API that some vendors insist on. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly clientAuthentication: ClientAuthentication;
  /** The token request is JSON, not a form. */
  readonly jsonTokenRequest?: boolean;
  /** `false` where the vendor refuses requests with PKCE (RFC 7636). */
  readonly pkce: boolean;
  readonly scopeSeparator: ' ' | ',' | '+';
  readonly defaultScopes: readonly string[];
  /** The name under which scopes are asked for, when it is not `scope`: Slack's `user_scope` for what acts as the user. */
  readonly scopeParameter?: string;
  /** Sent along to the authorization endpoint: `access_type=offline`, `audience=…`. Must ask for a refresh token where that is asked for. */
  readonly authorizeParameters?: Readonly<Record<string, string>>;
  /** Sent along with every token request: Zendesk's `expires_in`, Shopify's `expiring`. */
  readonly tokenParameters?: Readonly<Record<string, string>>;
  /** Names that the user fills in, with what a form says of each; the pattern keeps hosts from being made up. */
  readonly parameters?: Readonly<
    Record<
      string,
      {
        readonly title: string;
        readonly pattern: RegExp;
        readonly example: string;
        /** Where in the configuration it stands, when not under its name. */
        readonly at?: readonly string[];
      }
    >
  >;
  /** Headers of every token request. */
  readonly tokenHeaders?: Readonly<Record<string, string>>;
  /** Other names for the parameters of token requests: `{ client_id: 'app_id' }`. */
  readonly parameterNames?: Readonly<Record<string, string>>;
  /** Whoever fills in `parameters` chooses the host of token requests, so that no client is sent there but one that came with the connection. */
  readonly anyHost?: boolean;
  /** The code grant as a specification spells it out, in place of what the fields above say of it; refreshes go by the fields. */
  readonly declared?: DeclaredRequests;
  /** Where in the answer the tokens stand, when not at its top: `authed_user` for Slack's user token. */
  readonly tokenAt?: string;
  /** Dotted paths in the answer of what has another name than RFC 6749 §5.1 gives it. */
  readonly tokenPaths?: {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly expires_in?: string;
  };
  /** What of the token's answer is kept for the connector, by name: dotted paths such as `team.id`. */
  readonly captures?: Readonly<Record<string, string>>;
  /** Seconds that an access token lasts when the answer does not say; `null`: it does not expire. Absent: unknown, which is probed. */
  readonly accessTtl?: number | null;
  /** Seconds after which an unused refresh token dies, when that is known. */
  readonly refreshIdleTtl?: number;
  readonly rotation: Rotation;
  /** Beside 400 with `invalid_grant` (RFC 6749 §5.2), what else means that the grant is gone. */
  readonly refusals?: readonly { readonly status: number; readonly error?: string }[];
  /** The header that carries the bare access token; absent: `Authorization: Bearer …` (RFC 6750). */
  readonly tokenHeader?: string;
  /** The API's base address; may hold names of `captures` and `parameters`. */
  readonly baseUrl: string;
  /** A request that proves a token: relative to `baseUrl`. */
  readonly verify?: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly json?: Readonly<Record<string, string>>;
    /** Beside the authorization: the version of the API that some vendors insist on. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Names of the headers that tell of rate limits. */
  readonly rateLimitHeaders?: readonly string[];
}

/** An OAuth 1.0a server (RFC 5849): the client signs every request. */
export interface OAuth1Provider {
  readonly type: 'oauth1';
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  readonly requestTokenUrl: string;
  readonly authorizeUrl: string;
  readonly accessTokenUrl: string;
  readonly signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256' | 'PLAINTEXT';
  readonly authorizeParameters?: Readonly<Record<string, string>>;
  readonly defaultScopes: readonly string[];
  readonly baseUrl: string;
  readonly verify?: { readonly method: 'GET'; readonly path: string };
  readonly rateLimitHeaders?: readonly string[];
}

export type OAuthProvider = OAuth2Provider | OAuth1Provider;
