import type { OAuth2Provider } from '../../../kit/oauth-provider.ts';
import type { JsonObject } from '../../../kit/json.ts';
import { configPath, describedFields } from './login-inputs.ts';
import { textOf } from './login-names.ts';

/** Where a value that came with the grant belongs in the configuration. */
export interface LoginPlacement {
  /** Its name in `GrantedCredentials.captured`. */
  readonly name: string;
  readonly path: readonly string[];
}

/** Where a token belongs in the configuration. */
export interface TokenPlace {
  readonly token: 'access_token' | 'refresh_token' | 'token_expiry_date';
  readonly path: readonly string[];
}

/** What of the provider's answer is kept. */
export interface LoginAnswer extends Pick<OAuth2Provider, 'tokenPaths' | 'captures'> {
  readonly placements: readonly LoginPlacement[];
  /** Where tokens belong in the configuration of who renews them by itself. */
  readonly tokenPlaces: readonly TokenPlace[];
  /** Whether a refresh token is expected. */
  readonly refreshes: boolean;
}

/** `$.data.token` and `data.token` are the same to the reference implementation. */
const plainPath = (path: string): string => path.replace(/^\$\.?/, '');

const lastOf = (path: string): string => path.split('.').at(-1) ?? path;

/** The token that a key of the answer is, by the name of its setting or its own. */
function tokenOf(key: string, setting: string | undefined, expiry: string): keyof Tokens | undefined {
  if (key === expiry) return 'expires_in';
  if (setting === 'access_token' || setting === 'refresh_token') return setting;
  return key === 'access_token' || key === 'refresh_token' ? key : undefined;
}

type Tokens = NonNullable<OAuth2Provider['tokenPaths']>;

/**
 * Reads `extract_output` (paths in the answer; the refresh token alone when it is absent) and
 * `complete_oauth_output_specification` (where each goes in the configuration).
 */
export function loginAnswer(input: JsonObject, output: JsonObject | undefined): LoginAnswer {
  const given = input['extract_output'];
  const listed = Array.isArray(given) ? (given as readonly unknown[]).flatMap((one) => textOf(one) ?? []) : [];
  const paths = (listed.length > 0 ? listed : ['refresh_token']).map(plainPath);
  const expiry = textOf(input['token_expiry_key']) ?? 'expires_in';
  const settings = new Map(
    describedFields(output).flatMap(([name, field]) => {
      const path = configPath(field);
      return path ? [[name, path] as const] : [];
    }),
  );
  const tokens: Record<string, string> = {};
  const captures: Record<string, string> = {};
  for (const path of paths) {
    const key = lastOf(path);
    const token = tokenOf(key, settings.get(key)?.at(-1), expiry);
    if (token === undefined) captures[key] = path;
    else tokens[token] = path;
  }
  const placements = Object.keys(captures).flatMap((name) => {
    const path = settings.get(name);
    return path ? [{ name, path }] : [];
  });
  const lone = loneToken(tokens, captures);
  return {
    placements,
    tokenPlaces: tokenPlaces(settings, lone.captures === captures ? undefined : Object.keys(captures)[0]),
    refreshes: 'refresh_token' in tokens,
    ...lone,
  };
}

/** By the names of the described settings, or of where they go. */
function tokenPlaces(
  settings: ReadonlyMap<string, readonly string[]>,
  lone: string | undefined,
): readonly TokenPlace[] {
  return [...settings].flatMap(([name, path]): readonly TokenPlace[] => {
    if (name === lone) return [{ token: 'access_token', path }];
    const token = (['access_token', 'refresh_token', 'token_expiry_date'] as const).find(
      (one) => name === one || path.at(-1) === one,
    );
    return token ? [{ token, path }] : [];
  });
}

/** One value that is no refresh token is the access token, whatever it is called. */
function loneToken(
  tokens: Readonly<Record<string, string>>,
  captures: Readonly<Record<string, string>>,
): Pick<LoginAnswer, 'tokenPaths' | 'captures'> {
  const [only, ...more] = Object.entries(captures);
  if (Object.keys(tokens).length === 0 && only && more.length === 0)
    return { tokenPaths: { access_token: only[1] }, captures: {} };
  return { tokenPaths: tokens, captures };
}
