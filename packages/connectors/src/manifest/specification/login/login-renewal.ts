import type { OAuth2Provider } from '../../../kit/oauth-provider.ts';
import type { Json, JsonObject } from '../../../kit/json.ts';
import { asObject } from '../../configuration/as-object.ts';
import { configAddress } from './config-address.ts';
import { textOf } from './login-names.ts';

/** What the manifest's own authenticators say of tokens. It is plain JSON. */
export interface LoginRenewal extends Pick<OAuth2Provider, 'tokenHeader'> {
  /** Where tokens are renewed, when that is said in a way that a sign-in can follow: what `configAddress` reads. */
  readonly endpoint?: string;
  /** What is said in another way: tokens are renewed where the code is exchanged. */
  readonly note?: string;
  /** The refresh token is another one each time. */
  readonly rotates: boolean;
  /** Other names for the parameters of a refresh. */
  readonly names: Readonly<Record<string, string>>;
}

/** The first component that fits, wherever it stands. */
function findComponent(value: Json | undefined, fits: (component: JsonObject) => boolean): JsonObject | undefined {
  const seen = new Set<unknown>();
  const look = (one: Json | undefined): JsonObject | undefined => {
    if (typeof one !== 'object' || one === null || seen.has(one)) return undefined;
    seen.add(one);
    const own = asObject(one);
    if (own && fits(own)) return own;
    for (const inner of Object.values(one) as Json[]) {
      const found = look(inner);
      if (found) return found;
    }
    return undefined;
  };
  return look(value);
}

const NOT_FOLLOWED =
  'token_refresh_endpoint of its OAuthAuthenticator is more than settings in an address, so that tokens are renewed at access_token_url';

const isPlain = (text: string | undefined): text is string => text !== undefined && !text.includes('{{');

/** How the manifest's `OAuthAuthenticator` renews tokens, and the header in which its `ApiKeyAuthenticator` sends the access token. */
export function loginRenewal(manifest: JsonObject): LoginRenewal {
  const { spec: _, ...rest } = manifest;
  const own = findComponent(rest, ({ type }) => type === 'OAuthAuthenticator') ?? {};
  const endpoint = textOf(own['token_refresh_endpoint']);
  const named = ['client_id', 'client_secret', 'refresh_token', 'grant_type'].flatMap((name) => {
    const other = textOf(own[`${name}_name`]);
    return isPlain(other) && other !== name ? [[name, other] as const] : [];
  });
  const header = keyHeader(rest);
  const isFollowed = endpoint !== undefined && configAddress(endpoint) !== undefined;
  return {
    rotates: asObject(own['refresh_token_updater']) !== undefined,
    names: Object.fromEntries(named),
    ...(isFollowed && { endpoint }),
    ...(endpoint !== undefined && !isFollowed && { note: NOT_FOLLOWED }),
    ...(header !== undefined && { tokenHeader: header }),
  };
}

/** The header that carries the bare access token, where the manifest sends it so. */
function keyHeader(manifest: JsonObject): string | undefined {
  const key = findComponent(
    manifest,
    ({ type, api_token: token }) =>
      type === 'ApiKeyAuthenticator' && /^\{\{[^{}]*access_token[^{}]*\}\}$/.test(textOf(token) ?? ''),
  );
  const option = asObject(key?.['inject_into']);
  const name = option?.['inject_into'] === 'header' ? textOf(option['field_name']) : textOf(key?.['header']);
  return isPlain(name) ? name.toLowerCase() : undefined;
}
