import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { componentOf } from '../requests/components-of.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { renderedText } from '../requests/rendered-text.ts';
import { fieldInputs, headerInputs } from '../requests/request-inputs.ts';
import { templateContext } from '../interpolation/template-context.ts';

type Fields = Readonly<Record<string, Json>>;

/** Where renewed tokens are kept in the configuration (`refresh_token_updater`). */
export interface TokenPlaces {
  /** What the refresh token is called in the token endpoint's answer. */
  readonly refreshTokenName: string;
  readonly accessToken: readonly string[];
  readonly refreshToken: readonly string[];
  readonly expiry: readonly string[];
}

/** An answer of the token endpoint that says that the refresh token is good no more. */
export interface RefusedToken {
  readonly statuses: ReadonlySet<number>;
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** An `OAuthAuthenticator` with its templates rendered. */
export interface OAuthSettings {
  /** Absent: the access token of the configuration is all there is. */
  readonly endpoint: string | undefined;
  readonly client: Fields;
  readonly grant: Fields;
  readonly refreshTokenName: string;
  readonly refreshToken: string | undefined;
  readonly accessToken: string | undefined;
  readonly expiry: string | undefined;
  readonly accessTokenName: string;
  readonly expiresInName: string;
  /** Of a time of expiry; absent: seconds until then. */
  readonly expiryFormat: string | undefined;
  readonly scopes: readonly string[];
  readonly body: Fields;
  readonly headers: Fields;
  readonly asQuery: boolean;
  readonly refused: RefusedToken;
  readonly places: TokenPlaces | undefined;
  /** Signs the assertion that stands for client and refresh token. */
  readonly assertion: Component | undefined;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Renders the fields of an `OAuthAuthenticator`. Throws `ConnectorError('configuration')` when one that is needed is missing. */
export function oauthSettings(definition: Component, build: Pick<Build, 'config' | 'ctx'>): OAuthSettings {
  const context = templateContext(build, definition);
  const text = (field: string): string | undefined => renderedText(definition[field], context);
  const name = (field: string, usual: string): string => text(field) ?? usual;
  const fields = (field: string): JsonObject => {
    const given = definition[field];
    return isJsonObject(given) ? given : {};
  };
  const places = placesOf(definition['refresh_token_updater']);
  const assertion = usesAssertion(definition, context) ? componentOf(definition['profile_assertion']) : undefined;
  const settings: OAuthSettings = {
    endpoint: text('token_refresh_endpoint'),
    client: {
      [name('client_id_name', 'client_id')]: text('client_id') ?? null,
      [name('client_secret_name', 'client_secret')]: text('client_secret') ?? null,
    },
    grant: { [name('grant_type_name', 'grant_type')]: assertion ? JWT_BEARER : name('grant_type', 'refresh_token') },
    refreshTokenName: name('refresh_token_name', 'refresh_token'),
    refreshToken: places ? configText(build.config, places.refreshToken) : text('refresh_token'),
    accessToken: places ? configText(build.config, places.accessToken) : text('access_token_value'),
    expiry: places ? configText(build.config, places.expiry) : text('token_expiry_date'),
    accessTokenName: name('access_token_name', 'access_token'),
    expiresInName: name('expires_in_name', 'expires_in'),
    expiryFormat: text('token_expiry_date_format'),
    scopes: listOf(definition['scopes']),
    body: fieldInputs(fields('refresh_request_body'))(context),
    headers: headerInputs(fields('refresh_request_headers'))(context),
    asQuery: definition['send_refresh_request_as_query_params'] === true,
    refused: refusedOf(definition),
    places,
    assertion,
  };
  checkSettings(settings);
  return settings;
}

function checkSettings({ endpoint, grant, refreshToken, accessToken, assertion }: OAuthSettings): void {
  if (endpoint === undefined && accessToken === undefined) {
    throw wrong('neither `token_refresh_endpoint` nor `access_token_value` has a value');
  }
  const refreshes = Object.values(grant).includes('refresh_token') && !assertion;
  if (endpoint !== undefined && refreshes && refreshToken === undefined && accessToken === undefined) {
    throw wrong('the refresh token has no value');
  }
}

const wrong = (why: string): ConnectorError =>
  new ConnectorError('configuration', `OAuthAuthenticator: ${why}; check the credentials in the settings.`);

function usesAssertion(definition: Component, context: Parameters<typeof renderedText>[1]): boolean {
  const { use_profile_assertion: given } = definition;
  if (typeof given !== 'string' && typeof given !== 'boolean') return false;
  return given !== '' && interpolatedBoolean(given).evaluate(context);
}

function placesOf(given: Json | undefined): TokenPlaces | undefined {
  if (!isJsonObject(given)) return undefined;
  const path = (field: string, usual: string): readonly string[] => {
    const names = listOf(given[field]);
    return names.length > 0 ? names : ['credentials', usual];
  };
  const { refresh_token_name: name } = given;
  return {
    refreshTokenName: typeof name === 'string' && name !== '' ? name : 'refresh_token',
    accessToken: path('access_token_config_path', 'access_token'),
    refreshToken: path('refresh_token_config_path', 'refresh_token'),
    expiry: path('token_expiry_date_config_path', 'token_expiry_date'),
  };
}

/** The fields may stand at the updater still, where they are deprecated. */
function refusedOf(definition: Component): RefusedToken {
  const { refresh_token_updater: updater } = definition;
  const older = isJsonObject(updater) ? updater : {};
  const field = (name: string): Json | undefined => definition[name] ?? older[name];
  const key = field('refresh_token_error_key');
  return {
    statuses: new Set(listOf(field('refresh_token_error_status_codes')).map(Number)),
    key: typeof key === 'string' ? key : '',
    values: new Set(listOf(field('refresh_token_error_values'))),
  };
}

const listOf = (given: Json | undefined): readonly string[] => (Array.isArray(given) ? given.map(String) : []);

function configText(config: JsonObject, path: readonly string[]): string | undefined {
  const value = path.reduce<Json | undefined>((part, name) => (isJsonObject(part) ? part[name] : undefined), config);
  return value === undefined || value === null || value === '' || typeof value === 'object' ? undefined : String(value);
}
