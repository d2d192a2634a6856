import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { asObject } from '../configuration/as-object.ts';
import { MOST_CONCURRENT, USUAL_CONCURRENCY } from './most-concurrent.ts';

/**
 * How many requests may be under way at once for these settings (`ConcurrencyLevel`: its default, at most its maximum), between 1
 * and `MOST_CONCURRENT`. Throws `ConnectorError('configuration')` when it renders to no number.
 */
export function concurrencyOf(level: JsonObject | undefined, config: JsonObject): number {
  if (!level) return USUAL_CONCURRENCY;
  const { default_concurrency: given, max_concurrency: most } = level;
  const parameters = asObject(level['$parameters']) ?? {};
  const rendered = typeof given === 'string' ? interpolatedString(given).evaluate({ config, parameters }) : given;
  const wanted = Number(rendered);
  if (rendered === null || !Number.isFinite(wanted))
    throw new ConnectorError('configuration', "The manifest's concurrency_level gives no number with these settings.");
  const limit = typeof most === 'number' ? Math.min(most, MOST_CONCURRENT) : MOST_CONCURRENT;
  return Math.max(1, Math.min(Math.trunc(wanted), limit));
}
