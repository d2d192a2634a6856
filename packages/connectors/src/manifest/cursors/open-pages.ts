import type { NextPageToken, StreamSlice } from '../model/slice.ts';
import type { PositionKeeping } from './position-keeping.ts';

/**
 * The slices of a read that are not done, and the next pages of those among them that were begun. A token is kept once it is known that the
 * slice has another one for each page: one that stays the same stands for a place that the source keeps, and that has moved on
 * with a page that may be lost.
 */
export class OpenPages {
  readonly #keeping: PositionKeeping | undefined;
  /** What is kept of a slice, by which it is known again. */
  readonly #keys = new Map<StreamSlice, string>();
  readonly #kept: Map<string, NextPageToken>;
  /** The JSON of the token before. */
  readonly #seen: Map<string, string>;

  /** Without `keeping` no token is kept. */
  constructor(keeping: PositionKeeping | undefined, open: ReadonlyMap<string, NextPageToken>) {
    this.#keeping = keeping;
    this.#kept = new Map(open);
    this.#seen = new Map([...open].map(([key, token]) => [key, textOf(token)]));
  }

  get kept(): ReadonlyMap<string, NextPageToken> {
    return this.#kept;
  }

  /** Slices that were given and not closed. */
  get open(): number {
    return this.#keys.size;
  }

  give(slice: StreamSlice, key: string): StreamSlice {
    this.#keys.set(slice, key);
    return slice;
  }

  startOf(slice: StreamSlice): NextPageToken | undefined {
    return this.#kept.get(this.#keys.get(slice) ?? '');
  }

  /** All records before the page of `token` are handed on; `true` when that is worth a state now. */
  turn(slice: StreamSlice, token: NextPageToken): boolean {
    const key = this.#keys.get(slice);
    if (!this.#keeping || key === undefined) return false;
    const [before, now] = [this.#seen.get(key), textOf(token)];
    this.#seen.set(key, now);
    if (before === undefined || before === now || !this.#keeping.mayKeep(now)) {
      this.#kept.delete(key);
      return false;
    }
    this.#kept.set(key, token);
    return this.#keeping.isDue();
  }

  /** The slice begins with its first page again. */
  forget(slice: StreamSlice): void {
    this.#drop(this.#keys.get(slice) ?? '');
  }

  /** The slice was read to its end. Gives its key. */
  close(slice: StreamSlice): string | undefined {
    const key = this.#keys.get(slice);
    this.forget(slice);
    this.#keys.delete(slice);
    return key;
  }

  /** All slices were given: what is kept of others is of slices that are there no more. */
  finish(): void {
    const open = new Set(this.#keys.values());
    for (const key of this.#seen.keys()) if (!open.has(key)) this.#drop(key);
  }

  #drop(key: string): void {
    this.#kept.delete(key);
    this.#seen.delete(key);
  }
}

const textOf = ({ next_page_token }: NextPageToken): string => JSON.stringify(next_page_token);
