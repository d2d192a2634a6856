import { ConnectorError } from '../../kit/connector-error.ts';

/** Lets so many through at once, lets so many wait, and refuses the others. */
export class Gate {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** Runs `task` when its turn has come. Throws `ConnectorError('unavailable')` when too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#atOnce) {
      if (this.#waiting.length >= this.#mostWaiting) {
        const words = `${this.#mostWaiting} messages wait already. See whether the server is slow, or raise queueSize.`;
        throw new ConnectorError('unavailable', words);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#inside += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // The place goes to the next one; nobody can slip in between.
      if (next) next();
      else this.#inside -= 1;
    }
  }
}
