import type { Logger } from '../../kit/context.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { WindowSettings } from './window-settings.ts';

/** Where records lie on the cursor's line; says once that some have no place there. */
export class RecordPoints {
  readonly #settings: WindowSettings;
  readonly #warn: () => void;
  #warned = false;

  constructor(settings: WindowSettings, log: Logger, stream: string) {
    this.#settings = settings;
    this.#warn = () =>
      log.warn(
        { stream, cursorField: settings.cursorField },
        'Some records have no readable cursor value; they are taken, and the state does not advance with them.',
      );
  }

  of(record: MutableRecord): number | undefined {
    const value = record[this.#settings.cursorField];
    const point = value === undefined || value === null ? undefined : this.#settings.axis.parse(value);
    if (point === undefined && !this.#warned) {
      this.#warned = true;
      this.#warn();
    }
    return point;
  }

  /** The part of a slice that begins at the record; the slice itself when the record has no place on the line. */
  rest(slice: StreamSlice, record: MutableRecord): StreamSlice {
    const { axis, startField } = this.#settings;
    const point = this.of(record);
    if (point === undefined || !(startField in slice.cursorSlice)) return slice;
    const start = axis.format(point);
    if (start === slice.cursorSlice[startField]) return slice;
    return { ...slice, cursorSlice: { ...slice.cursorSlice, [startField]: start } };
  }
}
