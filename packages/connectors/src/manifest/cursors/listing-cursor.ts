import type { JsonObject } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { NextPageToken, StreamSlice } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';
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
  readonly #router: PartitionRouter | undefined;
  readonly #state: JsonObject | undefined;
  readonly #keeping: PositionKeeping | undefined;
  readonly #given = new Map<StreamSlice, string>();
  readonly #done: Set<string>;
  readonly #tokens: Map<string, NextPageToken>;
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
    this.#tokens = new Map(open);
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    // An attempt of the same job has read everything; the platform drops this state before a new job.
    if (isCompleteState(this.#state)) return;
    const keys = new Set<string>(this.#done);
    for await (const slice of this.#router?.partitions() ?? [{ ...EMPTY_SLICE }]) {
      const key = canonicalJson(slice.partition);
      if (keys.has(key)) continue;
      keys.add(key);
      this.#given.set(slice, key);
      yield slice;
    }
  }

  observe(): void {
    // There is no cursor to move.
  }

  startOf(slice: StreamSlice): NextPageToken | undefined {
    return this.#tokens.get(this.#given.get(slice) ?? '');
  }

  turn(slice: StreamSlice, token: NextPageToken): boolean {
    const key = this.#given.get(slice);
    if (!this.#keeping || key === undefined) return false;
    if (this.#keeping.mayKeep(token)) this.#tokens.set(key, token);
    else this.#tokens.delete(key);
    return this.#keeping.isDue();
  }

  close(slice: StreamSlice): void {
    const key = this.#given.get(slice);
    this.#given.delete(slice);
    if (!this.#keeping || key === undefined) return;
    this.#tokens.delete(key);
    if (this.#done.size < MOST_DONE) this.#done.add(key);
  }

  finish(): void {
    this.#finished = this.#given.size === 0;
  }

  state(): JsonObject | undefined {
    if (this.#finished) return COMPLETE_STATE;
    const hasPosition = this.#keeping && this.#done.size + this.#tokens.size > 0;
    return hasPosition ? withPosition(undefined, { done: this.#done, open: this.#tokens }) : undefined;
  }

  isStateDue(): boolean {
    return this.#keeping?.isDue() ?? false;
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
