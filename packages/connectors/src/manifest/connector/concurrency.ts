import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { asObject } from '../configuration/as-object.ts';

/** Requests under way at once without a `ConcurrencyLevel`. */
const USUAL = 2;

/** The kit keeps so many sockets to one host. */
export const MOST_CONCURRENT = 16;

/**
 * How many requests may be under way at once for these settings (`ConcurrencyLevel`: its default, at most its maximum), between 1
 * and `MOST_CONCURRENT`. Throws `ConnectorError('configuration')` when it renders to no number.
 */
export function concurrencyOf(level: JsonObject | undefined, config: JsonObject): number {
  if (!level) return USUAL;
  const { default_concurrency: given, max_concurrency: most } = level;
  const parameters = asObject(level['$parameters']) ?? {};
  const rendered = typeof given === 'string' ? interpolatedString(given).evaluate({ config, parameters }) : given;
  const wanted = Number(rendered);
  if (rendered === null || !Number.isFinite(wanted))
    throw new ConnectorError('configuration', "The manifest's concurrency_level gives no number with these settings.");
  const limit = typeof most === 'number' ? Math.min(most, MOST_CONCURRENT) : MOST_CONCURRENT;
  return Math.max(1, Math.min(Math.trunc(wanted), limit));
}

/** The most that a manifest may have under way, whatever the settings. */
export function mostConcurrent(level: JsonObject | undefined): number {
  const { default_concurrency: given, max_concurrency: most } = level ?? {};
  const wanted = [most, given].find((one) => typeof one === 'number');
  return Math.max(1, Math.min(wanted ?? (level ? MOST_CONCURRENT : USUAL), MOST_CONCURRENT));
}
