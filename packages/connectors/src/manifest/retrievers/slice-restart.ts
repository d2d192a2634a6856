import { ConnectorError } from '../../kit/connector-error.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { ReadControl } from '../model/stream.ts';
import type { PaginationReset } from '../paginators/pagination-reset.ts';

/** How often the pages of one slice may begin again when the slice stays the same. */
const MOST_REPETITIONS = 1;

/** Says when the pages of a slice begin again, and with which slice (`PaginationReset`, `RESET_PAGINATION`). */
export class SliceRestart {
  readonly #stream: string;
  readonly #splits: boolean;
  readonly #newCounter: () => (records: number) => boolean;
  #count: (records: number) => boolean;
  #repetitions = 0;

  constructor(stream: string, reset: PaginationReset | undefined) {
    this.#stream = stream;
    this.#splits = reset?.action === 'split';
    this.#newCounter = () => reset?.counter() ?? (() => false);
    this.#count = this.#newCounter();
  }

  /** Whether the limit of records is reached with these. */
  isDue(records: number): boolean {
    return this.#count(records);
  }

  /**
   * The slice to begin again with. Throws `ConnectorError('invalid_answer')` when it was tried before, since it would never end.
   */
  next(slice: StreamSlice, last: MutableRecord | undefined, control: ReadControl): StreamSlice {
    this.#count = this.#newCounter();
    const rest = this.#splits && last ? (control.rest?.(slice, last) ?? slice) : slice;
    if (rest !== slice) {
      this.#repetitions = 0;
      return rest;
    }
    this.#repetitions++;
    if (this.#repetitions <= (this.#splits ? 0 : MOST_REPETITIONS)) return slice;
    const why = this.#splits
      ? 'its cursor has not moved since they began; the limit of `pagination_reset` must be larger than the number of records with one cursor value'
      : 'they were begun again before';
    throw new ConnectorError(
      'invalid_answer',
      `Stream "${this.#stream}": the pages of a slice cannot begin again, because ${why}.`,
    );
  }
}
