import type { Clock } from '../../kit/context.ts';

/** Milliseconds. */
const APART = 30_000;

/**
 * When a token that the source has refused is worth a new one. One that is refused as soon as it came is refused for what it may
 * not do, and the next one would be, too.
 */
export class Replacements {
  readonly #clock: Clock;
  #lastAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts as a replacement when it says yes. */
  mayHelp(): boolean {
    const now = this.#clock.now();
    if (now - this.#lastAt < APART) return false;
    this.#lastAt = now;
    return true;
  }
}
