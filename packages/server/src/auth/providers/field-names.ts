import type { Secret } from '@tributary/connectors/kit/secret';

/** How vendors call the access token of OAuth 2, best first. */
export const ACCESS_TOKEN_NAMES = ['access_token', 'oauth_access_token', 'bearer_token', 'oauth_token', 'token'];

const KEYS = ['api_key', 'generic_api_key', 'api_token', 'apikey', 'key'];

/** What a connector's field may be called by the vendors, best first, beside its own name. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  access_token: [...ACCESS_TOKEN_NAMES, 'personal_access_token', ...KEYS],
  personal_access_token: [...ACCESS_TOKEN_NAMES, ...KEYS],
  api_key: [...KEYS, ...ACCESS_TOKEN_NAMES],
  api_token: [...KEYS, ...ACCESS_TOKEN_NAMES],
  token: [...ACCESS_TOKEN_NAMES, ...KEYS],
  refresh_token: ['oauth_refresh_token'],
  client_id: ['oauth_client_id'],
  username: ['user', 'user_name', 'login', 'email'],
  user: ['username', 'user_name', 'login'],
  password: ['pass', 'secret'],
  subdomain: ['your-domain', 'your_domain', 'domain'],
  domain: ['subdomain', 'your-domain', 'shop'],
  url: ['base_url', 'instance_url', 'instanceEndpoint'],
  instance_url: ['instanceEndpoint', 'instance_endpoint', 'base_url'],
};

/** Where one connector's field is to be found before anywhere else: Slack reads as the user, not as the bot. */
const OF_CONNECTOR: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  slack: { access_token: ['authed_user.access_token', 'oauth_user_token', 'raw.authed_user.access_token'] },
  freshdesk: { api_key: ['username'] },
};

/** `apiKey`, `api-key` and `api_key` are one name. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9.]/g, '');

/** Finds a connector's field among a vendor's, by all the names that it may have there. */
export function findField(
  fields: Readonly<Record<string, Secret>>,
  connector: string,
  name: string,
  also: readonly string[] = ALSO_CALLED[name] ?? [],
): Secret | undefined {
  const byName = new Map(Object.entries(fields).map(([given, value]) => [plain(given), value]));
  for (const candidate of [...(OF_CONNECTOR[connector]?.[name] ?? []), name, ...also]) {
    const value = byName.get(plain(candidate));
    if (value) return value;
  }
  return undefined;
}
