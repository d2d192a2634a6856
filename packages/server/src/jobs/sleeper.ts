import type { Clock } from '../lib/clock.ts';

/** A pause between rounds of a loop that can be cut short. */
export class Sleeper {
  readonly #clock: Clock;
  #woken = false;
  #current: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the present pause, or the next one when there is none. */
  wake(): void {
    this.#woken = true;
    this.#current?.abort();
  }

  async pause(ms: number): Promise<void> {
    if (!this.#woken) {
      this.#current = new AbortController();
      await this.#clock.sleep(ms, this.#current.signal).catch(() => undefined);
      this.#current = undefined;
    }
    this.#woken = false;
  }
}
