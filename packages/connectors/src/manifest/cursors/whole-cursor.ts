import type { Logger } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import { knownRanges } from './known-ranges.ts';
import { RecordPoints } from './record-points.ts';
import type { StreamCursor } from './stream-cursor.ts';
import { sequentialState } from './state-forms.ts';
import { WindowCursor } from './window-cursor.ts';
import type { WindowSettings } from './window-settings.ts';

export interface WholeCursorOptions {
  readonly settings: WindowSettings;
  readonly state: JsonObject | undefined;
  readonly log: Logger;
  readonly stream: string;
}

/** The cursor of a stream without partitions: its slices are windows, and each of them that is read moves the state on. */
export class WholeCursor implements StreamCursor {
  readonly #settings: WindowSettings;
  readonly #windows: WindowCursor;
  readonly #points: RecordPoints;

  /** Throws `ConnectorError('cursor_expired')` when `state` has a value that none of the cursor's formats reads. */
  constructor({ settings, state, log, stream }: WholeCursorOptions) {
    this.#settings = settings;
    this.#windows = new WindowCursor(settings, knownRanges(sequentialState(state, settings.cursorField), settings));
    this.#points = new RecordPoints(settings, log, stream);
  }

  async *slices(): AsyncGenerator<StreamSlice> {
    for (const cursorSlice of this.#windows.windows()) yield { partition: {}, cursorSlice, extraFields: {} };
  }

  observe(record: MutableRecord, slice: StreamSlice): void {
    const point = this.#points.of(record);
    if (point !== undefined) this.#windows.observe(slice.cursorSlice, point);
  }

  close(slice: StreamSlice): void {
    this.#windows.close(slice.cursorSlice);
  }

  finish(): void {
    // Every window has moved the state on when it was closed.
  }

  state(): JsonObject {
    return this.#windows.state();
  }

  isStateDue(): boolean {
    return true;
  }

  wants(record: MutableRecord): boolean {
    const point = this.#points.of(record);
    return point === undefined || (!this.#windows.isPast(point) && point <= this.#settings.latest());
  }

  isPast(record: MutableRecord): boolean {
    const point = this.#points.of(record);
    return point !== undefined && this.#windows.isPast(point);
  }

  rest(slice: StreamSlice, record: MutableRecord): StreamSlice {
    return this.#points.rest(slice, record);
  }
}
