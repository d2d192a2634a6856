import type { OAuthScheme } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { takesOutside } from '../auth/providers/field-mapping.ts';
import type { Probe, ProbeInput } from '../connections/probe.ts';
import { checkConfig, checkCredentials } from '../connections/settings.ts';
import type { AuthMethod } from '../control/schema.ts';
import { errors } from '../errors.ts';

/** The auth methods that a connector takes, in the order in which they are shown. */
export function supportedMethods(connector: Connector): readonly AuthMethod[] {
  const scheme = oauthScheme(connector);
  return [
    ...(connector.auth.some(({ type }) => type !== 'oauth') ? (['direct'] as const) : []),
    ...(scheme ? (['oauth_browser', 'oauth_byoc'] as const) : []),
    // OAuth 1.0a has a pair that belongs to a client; an access token alone says nothing.
    ...(scheme?.provider.type === 'oauth2' ? (['oauth_token'] as const) : []),
    ...(takesOutside(connector) ? (['auth_provider'] as const) : []),
  ];
}

export function oauthScheme(connector: Connector): OAuthScheme | undefined {
  return connector.auth.find((scheme) => scheme.type === 'oauth');
}

/** A connector that needs no credential, or whose credentials all have defaults, can be connected without any. */
function needsNothing(connector: Connector): boolean {
  return connector.auth.some(
    (scheme) => scheme.type === 'none' || (scheme.type === 'direct' && scheme.fields.safeParse({}).success),
  );
}

/**
 * Decides on the auth method. Absent authentication means OAuth in the browser, but for a source that can be read without
 * credentials and has no client to ask a provider with. Throws `auth_method_unsupported`.
 */
export function decideMethod(connector: Connector, given: AuthMethod | 'absent', hasClient = false): AuthMethod {
  const byOAuth = oauthScheme(connector) !== undefined && hasClient;
  const fallback = !byOAuth && needsNothing(connector) ? 'direct' : 'oauth_browser';
  const method = given === 'absent' ? fallback : given;
  const supported = supportedMethods(connector);
  if (!supported.includes(method)) throw errors.auth_method_unsupported({ shortName: connector.id, method, supported });
  return method;
}

/** Validates configuration and credentials by the connector's schemas, then by a live call. */
export async function checkSettings(
  probe: Probe,
  connector: Connector,
  config: JsonObject,
  credentials: JsonObject,
  placeholdersOf?: ProbeInput['placeholdersOf'],
): Promise<{ readonly account: string }> {
  checkCredentials(connector, credentials);
  checkConfig(connector, config);
  return probe.check({ connector, config, credentials, placeholdersOf });
}

/** `cursor_field` must be a field of some stream. Throws `unknown_cursor_field`. */
export async function checkCursorField(
  probe: Probe,
  connector: Connector,
  settings: Omit<ProbeInput, 'connector'>,
  field: string,
): Promise<void> {
  const streams = await probe.discover({ connector, ...settings });
  const available = [...new Set(streams.flatMap((stream) => stream.cursorFields ?? []))].toSorted();
  if (!available.includes(field)) throw errors.unknown_cursor_field({ field, available: available.slice(0, 50) });
}
