import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { Range } from './ranges.ts';
import type { WindowSettings } from './window-settings.ts';

/**
 * What a state says to be known: `{cursor_field: value}`, or the form of concurrent reads,
 * `{state_type, slices: [{start, end, most_recent_cursor_value}]}`. There is always at least one range, from the start.
 */
export function knownRanges(state: JsonObject | undefined, settings: WindowSettings): readonly Range[] {
  const slices = state?.['slices'];
  if (typeof state?.['state_type'] === 'string' && Array.isArray(slices)) {
    const ranges = slices.filter(isJsonObject).map((slice) => rangeOf(slice, settings));
    if (ranges.length > 0) return ranges;
  }
  const value = state?.[settings.cursorField];
  const point = value === undefined || value === null ? settings.start : readPoint(value, settings);
  return knownUpTo(point, settings);
}

/** Everything from the start to `point` is known. */
export function knownUpTo(point: number, settings: WindowSettings): readonly Range[] {
  const end = Math.max(point, settings.start);
  return [{ start: settings.start, end, latest: end }];
}

function rangeOf(slice: JsonObject, settings: WindowSettings): Range {
  const latest = slice['most_recent_cursor_value'];
  return {
    start: readPoint(slice['start'], settings),
    end: readPoint(slice['end'], settings),
    latest: latest === undefined || latest === null ? undefined : readPoint(latest, settings),
  };
}

/** Throws `ConnectorError('cursor_expired')`: what cannot be read is no place to go on from. */
export function readPoint(value: Json | undefined, { axis, cursorField }: WindowSettings): number {
  const point = axis.parse(value);
  if (point !== undefined) return point;
  throw new ConnectorError(
    'cursor_expired',
    `The state has a value of '${cursorField}' that none of the cursor's formats reads; the stream is read again from its start.`,
  );
}
