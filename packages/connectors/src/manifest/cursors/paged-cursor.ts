import type { JsonObject } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import { OpenPages } from './open-pages.ts';
import type { PositionKeeping } from './position-keeping.ts';
import { NO_POSITION, withPosition } from './read-position.ts';
import type { ReadPosition, ReadSpan } from './read-position.ts';
import type { StreamCursor } from './stream-cursor.ts';

/** A cursor whose states also say which page comes next in the slices that are being read. */
export class PagedCursor implements StreamCursor {
  readonly pages: OpenPages;
  readonly #cursor: StreamCursor;
  readonly #span: ReadSpan;

  constructor(
    cursor: StreamCursor,
    { open, span }: ReadPosition & { readonly span: ReadSpan },
    keeping: PositionKeeping,
  ) {
    this.#cursor = cursor;
    this.#span = span;
    this.pages = new OpenPages(keeping, open);
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    for await (const slice of this.#cursor.slices()) {
      yield this.pages.give(slice, canonicalJson([slice.partition, slice.cursorSlice]));
    }
  }

  close(slice: StreamSlice): void {
    this.pages.close(slice);
    this.#cursor.close(slice);
  }

  state(): JsonObject | undefined {
    const state = this.#cursor.state();
    const { kept: open } = this.pages;
    return open.size === 0 ? state : withPosition(state, { ...NO_POSITION, open, span: this.#span });
  }

  observe(record: MutableRecord, slice: StreamSlice): void {
    this.#cursor.observe(record, slice);
  }

  finish(): void {
    // Slices that are there no more would keep the next reads to the span of this one.
    this.pages.finish();
    this.#cursor.finish();
  }

  isStateDue(): boolean {
    return this.#cursor.isStateDue();
  }

  wants(record: MutableRecord, slice: StreamSlice): boolean {
    return this.#cursor.wants(record, slice);
  }

  isPast(record: MutableRecord, slice: StreamSlice): boolean {
    return this.#cursor.isPast(record, slice);
  }

  rest(slice: StreamSlice, record: MutableRecord): StreamSlice {
    return this.#cursor.rest(slice, record);
  }
}
