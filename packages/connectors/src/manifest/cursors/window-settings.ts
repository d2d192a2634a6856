import type { Json } from '../../kit/json.ts';

/** The line that the values of a cursor lie on. Its points are numbers: microseconds since the epoch, or counts. */
export interface CursorAxis {
  /** `undefined` for what is no value of this cursor. */
  parse(value: unknown): number | undefined;
  /** As requests and states have it. */
  format(point: number): Json;
}

/** How the values of a cursor are divided into windows, for one read of a stream. */
export interface WindowSettings {
  readonly axis: CursorAxis;
  readonly cursorField: string;
  /** Names of a window's ends in a slice (`partition_field_start`, `partition_field_end`). */
  readonly startField: string;
  readonly endField: string;
  /** Nothing before this point is wanted. */
  readonly start: number;
  /** Windows end here; `Infinity` when there is no end. */
  readonly end: number;
  /** Records up to here are wanted; it moves on while the stream is read when the end is the present. */
  latest(): number;
  /** The end of a window that begins at `point`; absent when one window takes all. */
  step?(point: number): number;
  /** `cursor_granularity`: the neighbours of a point. Windows whose end is included stop one short of the next. */
  readonly granularity?: { before(point: number): number; after(point: number): number };
  /** Ranges with no more than this between them are one. */
  neighbour(point: number): number;
  /** `lookback_window`: where to begin again when everything up to `point` is known. */
  lookBack(point: number): number;
  /** The same by what a state says, in seconds. */
  lookBackSeconds(point: number, seconds: number): number;
  readonly clamp?: { lower(point: number): number; upper(point: number): number };
  /** `is_compare_strictly`: the API takes no window whose ends are the same. */
  readonly strict: boolean;
}

/** A cursor of the manifest, compiled: its settings are made anew for each read, since templates may say "now". */
export interface WindowSettingsSource extends Pick<WindowSettings, 'cursorField' | 'startField' | 'endField'> {
  /** Throws `ConnectorError` when a date cannot be read. */
  forRead(): WindowSettings;
}
