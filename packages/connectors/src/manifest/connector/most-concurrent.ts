import type { JsonObject } from '../../kit/json.ts';

/** Requests under way at once without a `ConcurrencyLevel`, as in the CDK. */
export const USUAL_CONCURRENCY = 2;

/** The kit keeps so many sockets to one host. */
export const MOST_CONCURRENT = 16;

/** The most that a manifest may have under way, whatever the settings. */
export function mostConcurrent(level: JsonObject | undefined): number {
  const { default_concurrency: given, max_concurrency: most } = level ?? {};
  const wanted = [most, given].find((one) => typeof one === 'number');
  return Math.max(1, Math.min(wanted ?? (level ? MOST_CONCURRENT : USUAL_CONCURRENCY), MOST_CONCURRENT));
}
