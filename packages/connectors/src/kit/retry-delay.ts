type Headers = Readonly<Record<string, string | undefined>>;

/** Numbers above this are seconds since the epoch (2001 and later), below it seconds from now. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MILLISECONDS = EPOCH_SECONDS * 1000;

const RESET_HEADERS = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset-after'];

/** A reset time in any of its habits, as milliseconds from now. */
function untilReset(value: string, now: number): number | undefined {
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) {
    const date = Date.parse(value);
    return Number.isNaN(date) ? undefined : date - now;
  }
  if (number >= EPOCH_MILLISECONDS) return number - now;
  return number >= EPOCH_SECONDS ? number * 1000 - now : number * 1000;
}

/**
 * How long the source asks us to wait, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3),
 * else the reset headers that APIs send beside an exhausted rate limit. `undefined` when it does not say.
 */
export function askedDelayMs(headers: Headers, now: number): number | undefined {
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) {
    const seconds = Number(retryAfter);
    const ms = Number.isNaN(seconds) || retryAfter.trim() === '' ? Date.parse(retryAfter) - now : seconds * 1000;
    if (!Number.isNaN(ms)) return Math.max(0, Math.ceil(ms));
  }
  for (const name of RESET_HEADERS) {
    const value = headers[name];
    const ms = value === undefined ? undefined : untilReset(value, now);
    if (ms !== undefined) return Math.max(0, Math.ceil(ms));
  }
  return undefined;
}

/** Exponential backoff with full jitter: a random wait between 0 and `firstMs * 2^attempt`, the ceiling at most `maxMs`. */
export function jitteredDelayMs(
  attempt: number,
  { firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number },
  random: () => number,
): number {
  return Math.round(random() * Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30)));
}
