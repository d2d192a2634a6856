import type { GrantedCredentials, HandedTokens } from '../../kit/authorization.ts';
import type { ReturnedTokens } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import type { HandedPlace, SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import { asObject } from './as-object.ts';
import { type MutableConfig, putAt, spotsAt } from './config-path.ts';
import { grantedSettings } from './granted-settings.ts';

/** Settings with the tokens of a grant in them, and what of them is secret. For who renews tokens by itself. */
export function handedSettings(
  plain: JsonObject,
  login: SpecifiedLogin,
  { captured, handed }: GrantedCredentials,
): { readonly settings: JsonObject; readonly secrets: readonly string[] } {
  const made = structuredClone(grantedSettings(plain, login, captured)) as MutableConfig;
  const values = handed ? valuesOf(handed) : {};
  for (const { what, path } of login.handed) {
    const value = values[what];
    if (value !== undefined) putAt(made, path, value);
  }
  const { access_token, refresh_token, client_secret } = values;
  const secrets = [access_token, refresh_token, client_secret].filter((value) => value !== undefined);
  return { settings: asObject(made) ?? {}, secrets };
}

function valuesOf(handed: HandedTokens): Readonly<Partial<Record<HandedPlace['what'], string>>> {
  const { accessToken, refreshToken, expiresAt, client } = handed;
  return {
    access_token: accessToken.reveal(),
    ...(refreshToken && { refresh_token: refreshToken.reveal() }),
    ...(expiresAt !== undefined && { token_expiry_date: new Date(expiresAt).toISOString() }),
    ...(client && { client_id: client.id }),
    ...(client?.secret && { client_secret: client.secret.reveal() }),
  };
}

/** The tokens in settings that whoever renews them has given back. */
export function tokensInSettings(login: Pick<SpecifiedLogin, 'handed'>, settings: JsonObject): ReturnedTokens {
  const textAt = (wanted: HandedPlace['what']): string | undefined => {
    const path = login.handed.find(({ what }) => what === wanted)?.path;
    const [spot] = path ? spotsAt({ ...settings }, path) : [];
    const value = spot?.holder[spot.name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [access, refresh, expiry] = [textAt('access_token'), textAt('refresh_token'), textAt('token_expiry_date')];
  const expiresAt = expiry === undefined ? Number.NaN : Date.parse(expiry);
  return {
    ...(access !== undefined && { accessToken: new Secret(access) }),
    ...(refresh !== undefined && { refreshToken: new Secret(refresh) }),
    ...(Number.isFinite(expiresAt) && { expiresAt }),
  };
}
