import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/**
 * How many requests a manifest wants to have under way at once (`ConcurrencyLevel`): its default, at most its maximum. Throws
 * `ConnectorError('configuration')` when the default renders to no whole number.
 */
export function concurrencyLevel(level: JsonObject, config: JsonObject): number {
  const { default_concurrency: given, max_concurrency: most, $parameters } = level;
  const parameters = isJsonObject($parameters) ? $parameters : {};
  const rendered = typeof given === 'string' ? interpolatedString(given).evaluate({ config, parameters }) : given;
  const wanted = typeof rendered === 'string' && rendered !== '' ? Number(rendered) : rendered;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted)) {
    throw new ConnectorError('configuration', "The manifest's concurrency_level gives no number with these settings.");
  }
  return typeof most === 'number' ? Math.min(wanted, most) : wanted;
}
