import type { Clock } from '../../kit/context.ts';

/** Sites that ask for more than this between two requests would never be read to their end. */
const LONGEST_DELAY_MS = 30_000;

/** Spreads the requests of one crawl evenly, as a site asks for it. */
export class Pace {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #delayMs: number;
  #nextAt = 0;

  constructor(requestsPerMinute: number, clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#delayMs = 60_000 / requestsPerMinute;
  }

  /** Asks for at least so many seconds between two requests (`Crawl-delay`, which no standard defines). */
  slowDown(seconds: number | undefined): void {
    if (seconds === undefined || !(seconds > 0)) return;
    this.#delayMs = Math.max(this.#delayMs, Math.min(seconds * 1000, LONGEST_DELAY_MS));
  }

  /** Waits for the next turn; those who wait are served in their order. */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#delayMs;
    if (at > now) await this.#clock.sleep(at - now, this.#signal);
  }
}
