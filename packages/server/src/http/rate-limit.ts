/** What a bucket says to one request. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  /** Requests that could follow at once. */
  readonly remaining: number;
  /** Unix seconds at which the bucket is full again. */
  readonly resetAt: number;
  /** Whole seconds until one request is allowed; 0 when `allowed`. */
  readonly retryAfterSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket for each key: `perMinute` requests at once, refilled evenly over a minute. Lives in this process; full
 * buckets are forgotten, so memory follows the callers of the last minute.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #perMinute: number;
  #sweepAt = 0;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes one token of `key` at `now` (milliseconds). */
  take(key: string, now: number): Allowance {
    this.#forgetFull(now);
    const limit = this.#perMinute;
    const perMs = limit / 60_000;
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = { tokens: limit, at: now }));
    // A clock that was set back must not take tokens away.
    bucket.tokens = Math.min(limit, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return {
      allowed,
      limit,
      remaining: Math.floor(bucket.tokens),
      resetAt: Math.ceil((now + (limit - bucket.tokens) / perMs) / 1000),
      retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000)),
    };
  }

  /** How many keys are held. */
  get size(): number {
    return this.#buckets.size;
  }

  #forgetFull(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + 60_000;
    for (const [key, bucket] of this.#buckets) if (now - bucket.at >= 60_000) this.#buckets.delete(key);
  }
}

/** The headers that tell a caller how much is left, in the form that Airweave documents. */
export function rateLimitHeaders(allowance: Allowance): Record<string, string> {
  return {
    'ratelimit-limit': String(allowance.limit),
    'ratelimit-remaining': String(allowance.remaining),
    'ratelimit-reset': String(allowance.resetAt),
  };
}
