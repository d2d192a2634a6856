import type { NextPageToken } from '../model/slice.ts';
import type { PositionKeeping } from './position-keeping.ts';

/**
 * The next pages of slices that are being read, by slice. A token is kept once it is known that the slice has another one for each page: one
 * that stays the same stands for a place that the source keeps, and that has moved on with a page that may be lost.
 */
export class OpenPages {
  readonly #keeping: PositionKeeping;
  readonly #kept: Map<string, NextPageToken>;
  /** The JSON of the token before, by slice. */
  readonly #seen: Map<string, string>;

  constructor(keeping: PositionKeeping, open: ReadonlyMap<string, NextPageToken>) {
    this.#keeping = keeping;
    this.#kept = new Map(open);
    this.#seen = new Map([...open].map(([slice, token]) => [slice, textOf(token)]));
  }

  get kept(): ReadonlyMap<string, NextPageToken> {
    return this.#kept;
  }

  /** All records before the page of `token` are handed on; `true` when that is worth a state now. */
  turn(slice: string, token: NextPageToken): boolean {
    const [before, now] = [this.#seen.get(slice), textOf(token)];
    this.#seen.set(slice, now);
    if (before === undefined || before === now || !this.#keeping.mayKeep(now)) {
      this.#kept.delete(slice);
      return false;
    }
    this.#kept.set(slice, token);
    return this.#keeping.isDue();
  }

  /** The slice was read to its end, or begins with its first page again. */
  drop(slice: string): void {
    this.#kept.delete(slice);
    this.#seen.delete(slice);
  }

  /** Slices beside these are there no more. */
  dropOthers(slices: ReadonlySet<string>): void {
    for (const slice of this.#seen.keys()) if (!slices.has(slice)) this.drop(slice);
  }
}

const textOf = ({ next_page_token }: NextPageToken): string => JSON.stringify(next_page_token);
