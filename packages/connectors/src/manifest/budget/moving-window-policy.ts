import type { CallPolicy } from './call-policy.ts';

export interface CallRate {
  readonly limit: number;
  readonly intervalMs: number;
}

/** So many calls in any interval of a length (`MovingWindowCallRatePolicy`); of several rates, all hold. */
export function movingWindowPolicy(rates: readonly CallRate[]): CallPolicy {
  const windows = rates.map((rate) => new Window(rate));
  return {
    most: Math.min(...rates.map(({ limit }) => limit)),
    take(now, weight) {
      const wait = Math.max(0, ...windows.map((window) => window.waitFor(now, weight)));
      if (wait === 0) for (const window of windows) window.add(now, weight);
      return wait;
    },
    observe(now, left, resetAt) {
      // A limit that was hit although we counted less: others ask the same account, so the shortest window is full.
      if (left === 0 && resetAt === undefined) windows[0]?.fill(now);
    },
  };
}

interface Call {
  readonly at: number;
  readonly weight: number;
}

class Window {
  readonly #rate: CallRate;
  #calls: Call[] = [];
  /** Where the calls begin that are still in the window. */
  #from = 0;
  #used = 0;

  constructor(rate: CallRate) {
    this.#rate = rate;
  }

  waitFor(now: number, weight: number): number {
    this.#leave(now);
    let over = this.#used + weight - this.#rate.limit;
    for (let index = this.#from; over > 0; index += 1) {
      const call = this.#calls[index];
      if (!call) return this.#rate.intervalMs;
      over -= call.weight;
      if (over <= 0) return Math.max(1, call.at + this.#rate.intervalMs - now);
    }
    return 0;
  }

  add(at: number, weight: number): void {
    this.#calls.push({ at, weight });
    this.#used += weight;
  }

  fill(now: number): void {
    this.#leave(now);
    const free = this.#rate.limit - this.#used;
    if (free > 0) this.add(now, free);
  }

  #leave(now: number): void {
    for (;;) {
      const oldest = this.#calls[this.#from];
      if (!oldest || oldest.at + this.#rate.intervalMs > now) break;
      this.#used -= oldest.weight;
      this.#from += 1;
    }
    if (this.#from > 1_000) {
      this.#calls = this.#calls.slice(this.#from);
      this.#from = 0;
    }
  }
}
