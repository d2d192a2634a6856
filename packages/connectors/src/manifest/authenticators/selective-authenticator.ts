import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { componentOf } from '../requests/components-of.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { Component } from '../model/component.ts';

/**
 * The authenticator that the configuration names at `authenticator_selection_path` (`SelectiveAuthenticator`). Throws
 * `ConnectorError('configuration')` that says which setting to change.
 */
export function selectedAuthenticator(definition: Component, config: JsonObject): Component {
  const { authenticator_selection_path: path, authenticators } = definition;
  const names = Array.isArray(path) ? path.map(String) : [];
  const chosen = names.reduce<Json | undefined>(
    (value, name) => (isJsonObject(value) ? value[name] : undefined),
    config,
  );
  const where = names.join('.');
  if (typeof chosen !== 'string' && typeof chosen !== 'number' && typeof chosen !== 'boolean') {
    throw new ConnectorError('configuration', `The setting "${where}" chooses how to authenticate, and is missing.`);
  }
  const known = isJsonObject(authenticators) ? authenticators : {};
  const found = Object.hasOwn(known, String(chosen)) ? componentOf(known[String(chosen)]) : undefined;
  if (found) return found;
  throw new ConnectorError(
    'configuration',
    `The setting "${where}" names no way to authenticate; it must be one of ${Object.keys(known).join(', ')}.`,
  );
}
