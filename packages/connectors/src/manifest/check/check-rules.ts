import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';
import { checkOverrides } from './check-manifest.ts';

/**
 * What the published schema says of `config_overrides` in words: none of the platform's own settings, and none beside a
 * `refresh_token_updater`, whose renewed configuration would be kept with the overrides in it. Throws
 * `ConnectorError('configuration')`.
 */
export function checkOverrideRules(manifest: JsonObject): void {
  const overrides = Object.keys(checkOverrides(asObject(manifest['check']) ?? {}));
  if (overrides.length === 0) return;
  const platform = overrides.find((name) => name.startsWith('__airbyte'));
  if (platform !== undefined)
    throw new ConnectorError(
      'configuration',
      `config_overrides of the manifest's check may not hold ${platform}, which belongs to the platform.`,
    );
  if (['streams', 'dynamic_streams', 'definitions'].some((part) => updatesTokens(manifest[part])))
    throw new ConnectorError(
      'configuration',
      "The manifest's check has config_overrides beside a refresh_token_updater; a renewed token would keep them. Leave one out.",
    );
}

/** Data that only looks like components: schemas of records, names of parameters. */
const DATA: ReadonlySet<string> = new Set([
  'schema',
  'schemas',
  'request_parameters',
  'request_headers',
  'request_body_json',
  'request_body_data',
  'request_body',
  '$parameters',
]);

function updatesTokens(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some((one: Json) => updatesTokens(one));
  const component = asObject(value);
  if (!component) return false;
  return Object.entries(component).some(
    ([name, one]) =>
      (name === 'refresh_token_updater' && asObject(one) !== undefined) || (!DATA.has(name) && updatesTokens(one)),
  );
}
