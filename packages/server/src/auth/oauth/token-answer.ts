import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import type { TokenEndpointResponse } from 'oauth4webapi';
import { isObject } from './answer-verdict.ts';
import type { OAuth2Tokens } from './tokens.ts';

/** Schemes that are no bearer tokens and that nobody here speaks (oauth4webapi would let DPoP pass); every other word means one. */
const FOREIGN_TYPES = /^(mac|dpop|pop|n_a)$/i;

/** Follows a dotted path; `undefined` when it leads nowhere. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => {
    if (!isObject(at)) return undefined;
    return Object.hasOwn(at, name) ? at[name] : undefined;
  }, value);
}

/** A count of seconds, also when it comes as text; nothing, `null` and zero say that the provider does not say. */
function seconds(value: Json | undefined): number | string | undefined {
  if (value === null || value === '' || value === undefined) return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return String(value as string);
  return number === 0 ? undefined : number;
}

/**
 * A vendor's answer as RFC 6749 §5.1 wants it: tokens from where they stand (`tokenAt`), a `token_type` where it is missing
 * or is another word for bearer (`bot`, `user`), `expires_in` as a number, scopes as one text, no empty refresh token. An ID
 * token is left out: who the user is does not matter here.
 */
export function standardAnswer(provider: OAuth2Provider, body: JsonObject): JsonObject {
  const nested = provider.tokenAt === undefined ? undefined : valueAt(body, provider.tokenAt);
  const from = isObject(nested) && typeof nested['access_token'] === 'string' ? nested : body;
  const type = from['token_type'];
  const ttls = REFRESH_TTLS.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const]));
  // A refresh may answer plainly where the first exchange did not.
  const at = (name: keyof NonNullable<OAuth2Provider['tokenPaths']>): Json | undefined => {
    const path = provider.tokenPaths?.[name];
    return (path === undefined ? undefined : valueAt(body, path)) ?? from[name];
  };
  return withoutGaps({
    access_token: at('access_token') ?? null,
    token_type: typeof type === 'string' && FOREIGN_TYPES.test(type) ? 'foreign' : 'bearer',
    expires_in: seconds(at('expires_in')),
    refresh_token: said(at('refresh_token')),
    scope: oneText(from['scope']),
    ...Object.fromEntries(ttls),
  });
}

/** `null` and an empty text are how some say nothing. */
const said = (value: Json | undefined): Json | undefined => (value === null || value === '' ? undefined : value);

/** Scopes also come as a list. */
function oneText(value: Json | undefined): Json | undefined {
  return said(Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(' ') : value);
}

function withoutGaps(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** How vendors name the life of the refresh token: GitHub, Zendesk and Shopify, then Keycloak, then Intuit. */
const REFRESH_TTLS = ['refresh_token_expires_in', 'refresh_expires_in', 'x_refresh_token_expires_in'];

/** What the provider says beside the tokens, by the names of its row. */
function captured(provider: OAuth2Provider, body: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(provider.captures ?? {}).flatMap(([name, path]) => {
      const value = valueAt(body, path);
      const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return plain ? [[name, String(value)] as const] : [];
    }),
  );
}

export interface ReceivedTokens {
  readonly provider: OAuth2Provider;
  /** As it came. */
  readonly body: JsonObject;
  /** The same, after it was checked against RFC 6749 §5.1. */
  readonly answer: TokenEndpointResponse;
  readonly now: number;
  /** What was known before a refresh. */
  readonly previous: OAuth2Tokens | undefined;
}

/** The tokens as they are kept. What a refresh leaves out goes on as it was (RFC 6749 §6). */
export function readTokens(received: ReceivedTokens): OAuth2Tokens {
  const { provider, body, answer, now, previous } = received;
  const ttl = answer.expires_in ?? provider.accessTtl ?? undefined;
  const scope = answer.scope ?? previous?.scope;
  return {
    type: 'oauth2',
    accessToken: new Secret(answer.access_token),
    ...refreshPart(received),
    ...(ttl !== undefined && { expiresAt: now + ttl * 1000 }),
    ...(scope !== undefined && { scope }),
    captured: { ...previous?.captured, ...captured(provider, body) },
  };
}

/** The refresh token and its end: the new one's, or the old one's where none came. */
function refreshPart({
  provider,
  answer,
  now,
  previous,
}: ReceivedTokens): Pick<OAuth2Tokens, 'refreshToken' | 'refreshExpiresAt'> {
  const fresh = answer.refresh_token;
  const refreshToken = fresh === undefined ? previous?.refreshToken : new Secret(fresh);
  if (!refreshToken) return {};
  const refreshExpiresAt = refreshEnd(provider, answer, now, fresh === undefined ? previous : undefined);
  return { refreshToken, ...(refreshExpiresAt !== undefined && { refreshExpiresAt }) };
}

/** When the refresh token dies: as the answer says, else so long after this use as the row says, else as it was known. */
function refreshEnd(
  { refreshIdleTtl }: OAuth2Provider,
  answer: TokenEndpointResponse,
  now: number,
  kept: OAuth2Tokens | undefined,
): number | undefined {
  for (const name of REFRESH_TTLS) {
    const said = Number(answer[name]);
    if (Number.isFinite(said) && said > 0) return now + said * 1000;
  }
  return refreshIdleTtl === undefined ? kept?.refreshExpiresAt : now + refreshIdleTtl * 1000;
}
