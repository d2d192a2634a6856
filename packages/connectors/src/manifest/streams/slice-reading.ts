import type { JsonObject } from '../../kit/json.ts';
import type { CursorSource } from '../cursors/build-cursor.ts';
import type { StreamCursor } from '../cursors/stream-cursor.ts';
import type { Build } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import type { NextPageToken, StreamSlice } from '../model/slice.ts';
import type { ReadControl, Retriever, StreamReading } from '../model/stream.ts';
import { sliceError } from './slice-error.ts';

export interface SliceReadingParts {
  readonly stream: string;
  readonly retriever: Retriever;
  readonly source: CursorSource;
  readonly cursor: StreamCursor;
  readonly build: Build;
}

/** One read of a stream: its retriever asks for what its cursor divides. */
export class SliceReading implements StreamReading {
  readonly #parts: SliceReadingParts;
  readonly #turned = new Map<StreamSlice, NextPageToken>();

  constructor(parts: SliceReadingParts) {
    this.#parts = parts;
  }

  slices(): AsyncIterable<StreamSlice> {
    const { trial } = this.#parts.build.ctx.options;
    const slices = this.#parts.cursor.slices();
    return trial ? firstOf(slices, trial.slices) : slices;
  }

  async *read(slice: StreamSlice): AsyncGenerator<readonly MutableRecord[]> {
    const { retriever, cursor, build, stream } = this.#parts;
    try {
      for await (const records of retriever.read(slice, this.#control(slice))) {
        for (const record of records) cursor.observe(record, slice);
        yield records;
      }
    } catch (error) {
      throw sliceError(error, { stream, slice, build });
    }
  }

  #control(slice: StreamSlice): ReadControl {
    const { retriever, cursor, source } = this.#parts;
    const { pages } = cursor;
    const from = pages?.startOf(slice);
    const turned = (token: NextPageToken): void => void this.#turned.set(slice, token);
    return {
      providers: retriever.router ? [...source.providers, retriever.router] : source.providers,
      ...(source.filters && { wants: (record: MutableRecord) => cursor.wants(record, slice) }),
      ...(source.isFeed && { isPast: (record: MutableRecord) => cursor.isPast(record, slice) }),
      ...(pages && { pages: { turned, ...(from && { from }) } }),
      rest: (part, record) => cursor.rest(part, record),
    };
  }

  turned(slice: StreamSlice): NextPageToken | undefined {
    const token = this.#turned.get(slice);
    this.#turned.delete(slice);
    return token;
  }

  turn(slice: StreamSlice, token: NextPageToken): boolean {
    return this.#parts.cursor.pages?.turn(slice, token) ?? false;
  }

  forget(slice: StreamSlice): void {
    this.#parts.cursor.pages?.forget(slice);
  }

  close(slice: StreamSlice): void {
    this.#turned.delete(slice);
    this.#parts.cursor.close(slice);
  }

  finish(): void {
    this.#parts.cursor.finish();
  }

  state(): JsonObject | undefined {
    return this.#parts.cursor.state();
  }

  isStateDue(): boolean {
    return this.#parts.cursor.isStateDue();
  }
}

/** The first slices, for a trial. */
async function* firstOf(slices: AsyncIterable<StreamSlice>, most: number): AsyncGenerator<StreamSlice> {
  let given = 0;
  for await (const slice of slices) {
    yield slice;
    given += 1;
    if (given >= most) return;
  }
}
