import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';

/**
 * Runs so many works at once. One that takes longer than `slowMs` goes on beside the lanes, so that works which hang never
 * keep the others waiting. Works that somebody waits for go before the rest.
 */
export class Lanes {
  readonly #clock: Clock;
  readonly #slowMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ clock, lanes, slowMs }: { readonly clock: Clock; readonly lanes: number; readonly slowMs: number }) {
    this.#clock = clock;
    this.#free = lanes;
    this.#slowMs = slowMs;
  }

  async run(work: () => Promise<void>, place: 'first' | 'last'): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => (place === 'first' ? this.#waiting.unshift(go) : this.#waiting.push(go)));
    const done = new AbortController();
    const running = work().finally(() => done.abort());
    await Promise.race([running, this.#clock.sleep(this.#slowMs, done.signal)]).catch(() => undefined);
    // Works that wait for nothing but memory would keep the thread from everything else.
    await nextTurn();
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
    await running;
  }
}
