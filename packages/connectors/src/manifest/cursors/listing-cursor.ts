import type { JsonObject } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { OpenPages } from './open-pages.ts';
import type { PositionKeeping } from './position-keeping.ts';
import { NO_POSITION, withPosition } from './read-position.ts';
import type { ReadPosition } from './read-position.ts';
import { COMPLETE_STATE, isCompleteState } from './state-forms.ts';
import type { StreamCursor } from './stream-cursor.ts';

/** More partitions are not listed in a position; those beyond are read again. */
const MOST_DONE = 10_000;

/**
 * A stream that is read whole every time: one slice for each partition, and a state only at the end. With `keeping` there are
 * states on the way for another attempt of the same job: which partitions are done, and the next pages of the others.
 */
export class ListingCursor implements StreamCursor {
  readonly pages: OpenPages;
  readonly #router: PartitionRouter | undefined;
  readonly #state: JsonObject | undefined;
  readonly #keeping: PositionKeeping | undefined;
  readonly #done: Set<string>;
  /** Partitions have been done since the last state. */
  #hasNews = false;
  #finished = false;

  constructor(
    router: PartitionRouter | undefined,
    state: JsonObject | undefined,
    keeping?: PositionKeeping,
    { done, open }: ReadPosition = NO_POSITION,
  ) {
    this.#router = router;
    this.#state = state;
    this.#keeping = keeping;
    this.#done = new Set(done);
    this.pages = new OpenPages(keeping, open);
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    // An attempt of the same job has read everything; the platform drops this state before a new job.
    if (isCompleteState(this.#state)) return;
    const keys = new Set<string>(this.#done);
    for await (const slice of this.#router?.partitions() ?? [{ ...EMPTY_SLICE }]) {
      const key = canonicalJson(slice.partition);
      if (keys.has(key)) continue;
      keys.add(key);
      yield this.pages.give(slice, key);
    }
  }

  observe(): void {
    // There is no cursor to move.
  }

  close(slice: StreamSlice): void {
    const key = this.pages.close(slice);
    if (!this.#keeping || key === undefined || this.#done.size >= MOST_DONE) return;
    this.#done.add(key);
    this.#hasNews = true;
  }

  finish(): void {
    this.#finished = this.pages.open === 0;
  }

  state(): JsonObject | undefined {
    if (this.#finished) return COMPLETE_STATE;
    const { kept: open } = this.pages;
    return this.#keeping && this.#done.size + open.size > 0
      ? withPosition(undefined, { done: this.#done, open })
      : undefined;
  }

  isStateDue(): boolean {
    // The same state again and again would look like a source that leads in circles.
    if (!this.#hasNews || !this.#keeping?.isDue()) return false;
    this.#hasNews = false;
    return true;
  }

  wants(): boolean {
    return true;
  }

  isPast(): boolean {
    return false;
  }

  rest(slice: StreamSlice): StreamSlice {
    return slice;
  }
}
