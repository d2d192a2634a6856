import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';

interface Waiter {
  readonly since: number;
  readonly resolve: (giveBack: () => void) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Turns at something that only one can have at a time, first come first served. A free turn costs no timer: one watch
 * over all waiters is set up when somebody has to wait.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #waiting: Waiter[] = [];
  readonly #closed = new AbortController();
  #taken = false;
  #watched = false;

  constructor({ clock, patienceMs }: { readonly clock: Clock; readonly patienceMs: number }) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** Waits for the turn; the answer gives it back and must be called once. Throws `unavailable` after the patience. */
  take(): Promise<() => void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve(this.#giveBack);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ since: this.#clock.now(), resolve, reject });
      if (!this.#watched) void this.#watch();
    });
  }

  /** Ends the watch; whoever waits still gets the turn when it comes. */
  close(): void {
    this.#closed.abort();
  }

  readonly #giveBack = (): void => {
    const next = this.#waiting.shift();
    if (next) next.resolve(this.#giveBack);
    else this.#taken = false;
  };

  async #watch(): Promise<void> {
    this.#watched = true;
    try {
      while (this.#waiting.length > 0) {
        await this.#clock.sleep(this.#patienceMs / 4, this.#closed.signal);
        this.#refuseLate();
      }
    } catch {
      // Closed.
    } finally {
      this.#watched = false;
    }
  }

  #refuseLate(): void {
    const oldest = this.#clock.now() - this.#patienceMs;
    while ((this.#waiting[0]?.since ?? Number.POSITIVE_INFINITY) <= oldest) {
      this.#waiting.shift()?.reject(
        errors.unavailable({
          reason:
            'the control store waited too long to write; a transaction must use its own executor for every statement',
        }),
      );
    }
  }
}
