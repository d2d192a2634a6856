import { ConnectorError } from './connector-error.ts';
import type { Clock } from './context.ts';

export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly concurrency: number;
}

/** What one account of a source may still be asked; shared by all streams that read the account. */
export interface RateBudget {
  /**
   * Waits for a turn, first come first served, and gives the function that hands it back. Throws
   * `ConnectorError('rate_limited')` when the source asked for a pause longer than `LONGEST_WAIT_MS`.
   */
  acquire(signal?: AbortSignal): Promise<() => void>;
  /** The source asked everybody to wait until then (milliseconds since the epoch). */
  pauseUntil(time: number): void;
}

/** Longer waits give the job back instead of sleeping. */
export const LONGEST_WAIT_MS = 30_000;

/** At most so many at once; those who wait are served in their order. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      const place = this.#waiting.indexOf(resolve);
      // Not in the queue any more: the slot was handed over a moment ago, and the taker gives it back.
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      reject(signal?.reason as Error);
    };
    this.#waiting.push(resolve);
    signal?.addEventListener('abort', onAbort, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  readonly release = (): void => {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  };
}

class TokenBucket {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt: number;
  #pausedUntil = 0;

  constructor(requestsPerMinute: number, clock: Clock) {
    this.#clock = clock;
    this.#burst = Math.max(1, Math.floor(requestsPerMinute / 10));
    this.#perMs = Math.max(requestsPerMinute - this.#burst, requestsPerMinute / 2) / 60_000;
    this.#tokens = this.#burst;
    this.#filledAt = clock.now();
  }

  pauseUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time);
  }

  async take(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const now = this.#clock.now();
      const pause = this.#pausedUntil - now;
      if (pause > LONGEST_WAIT_MS) {
        throw new ConnectorError('rate_limited', 'The source asked us to wait.', { retryAfterMs: pause });
      }
      this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#filledAt) * this.#perMs);
      this.#filledAt = now;
      if (pause <= 0 && this.#tokens >= 1) {
        this.#tokens -= 1;
        return;
      }
      await this.#clock.sleep(Math.max(pause, Math.ceil((1 - this.#tokens) / this.#perMs), 1), signal);
    }
  }
}

/**
 * A token bucket with a queue. At most `requestsPerMinute` requests leave in any minute: a tenth of them may leave at
 * once, the rest is spread evenly.
 */
export function createRateBudget(limits: RateLimits, clock: Clock): RateBudget {
  const slots = new Slots(limits.concurrency);
  const bucket = new TokenBucket(limits.requestsPerMinute, clock);
  let turn: Promise<void> = Promise.resolve();
  return {
    async acquire(signal) {
      await slots.take(signal);
      // One taker at a time, so that tokens go out in the order of asking.
      const mine = turn.then(() => bucket.take(signal));
      turn = mine.catch(() => undefined);
      try {
        await mine;
      } catch (error) {
        slots.release();
        throw error;
      }
      return slots.release;
    },
    pauseUntil: (time) => bucket.pauseUntil(time),
  };
}
