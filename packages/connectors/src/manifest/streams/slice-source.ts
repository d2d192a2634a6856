import type { StreamSlice } from '../model/slice.ts';

/** Gives slices to several readers, one at a time: parents are read on the way, and in order. */
export class SliceSource {
  readonly #slices: AsyncIterator<StreamSlice>;
  #turn: Promise<unknown> = Promise.resolve();
  #ended = false;
  /** What ended it before its time. */
  failure: unknown;

  constructor(slices: AsyncIterable<StreamSlice>) {
    this.#slices = slices[Symbol.asyncIterator]();
  }

  /** `undefined` when there are no more, or when they cannot be told. */
  next(): Promise<StreamSlice | undefined> {
    const turn = this.#turn.then(() => this.#advance());
    this.#turn = turn;
    return turn;
  }

  async #advance(): Promise<StreamSlice | undefined> {
    if (this.#ended) return undefined;
    try {
      const { value, done } = await this.#slices.next();
      if (done) this.#ended = true;
      return done ? undefined : value;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** No more slices are given. */
  fail(error: unknown): void {
    this.#ended = true;
    this.failure ??= error;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#turn;
    await this.#slices.return?.();
  }
}
