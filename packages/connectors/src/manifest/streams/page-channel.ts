/** Hands things from several producers to one taker, and makes producers wait when the taker is slow. */
export class PageChannel<Item> {
  readonly #items: Item[] = [];
  readonly #capacity: number;
  #takerWaits: (() => void) | undefined;
  #producersWait: (() => void)[] = [];
  #stopped = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves when there was room; `false` when nobody takes any more. */
  async put(item: Item): Promise<boolean> {
    while (!this.#stopped && this.#items.length >= this.#capacity) {
      await new Promise<void>((resolve) => this.#producersWait.push(resolve));
    }
    if (this.#stopped) return false;
    this.#items.push(item);
    this.#wakeTaker();
    return true;
  }

  /** The next thing; `undefined` when producers have ended and nothing is left. */
  async take(): Promise<Item | undefined> {
    while (this.#items.length === 0 && !this.#stopped) {
      await new Promise<void>((resolve) => (this.#takerWaits = resolve));
    }
    const item = this.#items.shift();
    this.#wakeProducers();
    return item;
  }

  /** No more is put (what is there can still be taken), and nobody needs to wait. */
  stop(): void {
    this.#stopped = true;
    this.#wakeTaker();
    this.#wakeProducers();
  }

  #wakeTaker(): void {
    this.#takerWaits?.();
    this.#takerWaits = undefined;
  }

  #wakeProducers(): void {
    const waiting = this.#producersWait;
    this.#producersWait = [];
    for (const wake of waiting) wake();
  }
}
