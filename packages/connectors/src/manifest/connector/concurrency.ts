import type { JsonObject } from '../../kit/json.ts';
import { concurrencyLevel } from '../requests/concurrency-level.ts';
import { MOST_CONCURRENT, USUAL_CONCURRENCY } from './most-concurrent.ts';

/**
 * How many requests may be under way at once for these settings, between 1 and `MOST_CONCURRENT`. Throws
 * `ConnectorError('configuration')` when the level renders to no number.
 */
export function concurrencyOf(level: JsonObject | undefined, config: JsonObject): number {
  if (!level) return USUAL_CONCURRENCY;
  return Math.max(1, Math.min(concurrencyLevel(level, config), MOST_CONCURRENT));
}
