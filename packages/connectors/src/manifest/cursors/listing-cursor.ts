import type { JsonObject } from '../../kit/json.ts';
import type { StreamSlice } from '../model/slice.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { COMPLETE_STATE, isCompleteState } from './state-forms.ts';
import type { StreamCursor } from './stream-cursor.ts';

/** A stream that is read whole every time: one slice for each partition, and a state only at the end. */
export class ListingCursor implements StreamCursor {
  readonly #router: PartitionRouter | undefined;
  readonly #state: JsonObject | undefined;
  readonly #open = new Set<StreamSlice>();
  #finished = false;

  constructor(router: PartitionRouter | undefined, state: JsonObject | undefined) {
    this.#router = router;
    this.#state = state;
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    // An attempt of the same job has read everything; the platform drops this state before a new job.
    if (isCompleteState(this.#state)) return;
    if (!this.#router) {
      yield this.#given({ ...EMPTY_SLICE });
      return;
    }
    const keys = new Set<string>();
    for await (const slice of this.#router.partitions()) {
      const key = canonicalJson(slice.partition);
      if (keys.has(key)) continue;
      keys.add(key);
      yield this.#given(slice);
    }
  }

  #given(slice: StreamSlice): StreamSlice {
    this.#open.add(slice);
    return slice;
  }

  observe(): void {
    // There is no cursor to move.
  }

  close(slice: StreamSlice): void {
    this.#open.delete(slice);
  }

  finish(): void {
    this.#finished = this.#open.size === 0;
  }

  state(): JsonObject | undefined {
    return this.#finished ? COMPLETE_STATE : undefined;
  }

  isStateDue(): boolean {
    return false;
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
