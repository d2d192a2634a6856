import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Probe } from '../connections/probe.ts';
import { checkConfig, checkCredentials } from '../connections/settings.ts';
import { takesOutside } from '../auth/providers/field-mapping.ts';
import type { AuthMethod } from '../control/schema.ts';
import { errors } from '../errors.ts';

/** The auth methods that a connector takes, in the order in which they are shown. */
export function supportedMethods(connector: Connector): readonly AuthMethod[] {
  return [
    ...(connector.auth.length > 0 ? (['direct'] as const) : []),
    ...(takesOutside(connector) ? (['auth_provider'] as const) : []),
  ];
}

/** A connector that needs no credential, or whose credentials all have defaults, can be connected without any. */
function needsNothing(connector: Connector): boolean {
  return connector.auth.some(
    (scheme) => scheme.type === 'none' || (scheme.type === 'direct' && scheme.fields.safeParse({}).success),
  );
}

/** Decides on the auth method; absent authentication means OAuth in the browser where credentials are needed. Throws `auth_method_unsupported`. */
export function decideMethod(connector: Connector, given: AuthMethod | 'absent'): AuthMethod {
  const method = given === 'absent' ? (needsNothing(connector) ? 'direct' : 'oauth_browser') : given;
  const supported = supportedMethods(connector);
  if (!supported.includes(method)) throw errors.auth_method_unsupported({ shortName: connector.id, method, supported });
  return method;
}

/** Settings to try. */
export interface TriedSettings {
  readonly config: JsonObject;
  readonly credentials: JsonObject;
  /** Credentials of elsewhere that have been opened, and checked by that: they count in place of `credentials`. */
  readonly opened?: unknown;
}

/** Validates configuration and credentials by the connector's schemas, then by a live call. */
export async function checkSettings(
  probe: Probe,
  connector: Connector,
  settings: TriedSettings,
): Promise<{ readonly account: string }> {
  if (settings.opened === undefined) checkCredentials(connector, settings.credentials);
  checkConfig(connector, settings.config);
  return probe.check({ connector, ...settings });
}

/** `cursor_field` must be a field of some stream. Throws `unknown_cursor_field`. */
export async function checkCursorField(
  probe: Probe,
  connector: Connector,
  settings: TriedSettings,
  field: string,
): Promise<void> {
  const streams = await probe.discover({ connector, ...settings });
  const available = [...new Set(streams.flatMap((stream) => stream.cursorFields ?? []))].toSorted();
  if (!available.includes(field)) throw errors.unknown_cursor_field({ field, available: available.slice(0, 50) });
}
