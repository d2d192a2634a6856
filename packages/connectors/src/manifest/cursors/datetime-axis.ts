import { parseDatetime } from '../datetime/parse-datetime.ts';
import { parseIsoDatetime } from '../datetime/parse-iso-datetime.ts';
import { formatUtc } from './min-max-datetime.ts';
import type { CursorAxis } from './window-settings.ts';

/** The form that most sources give; the host reads it faster than directives do, but takes days that no month has. */
const ZULU = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * Moments in microseconds. Values are read by `formats` in their order, then as ISO 8601, since states may come from elsewhere;
 * they are written in UTC by `format`.
 */
export function datetimeAxis(formats: readonly string[], format: string): CursorAxis {
  const isZulu = formats[0] === '%Y-%m-%dT%H:%M:%SZ' || formats[0] === '%Y-%m-%dT%H:%M:%S%z';
  return {
    parse(value) {
      if (isZulu && typeof value === 'string' && ZULU.test(value)) return Date.parse(value) * 1_000;
      if (typeof value !== 'string' && typeof value !== 'number') return undefined;
      for (const one of formats) {
        const point = pointOf(value, one);
        if (point !== undefined) return point;
      }
      return parseIsoDatetime(String(value))?.micros;
    },
    format: (point) => formatUtc(point, format),
  };
}

function pointOf(value: string | number, format: string): number | undefined {
  try {
    return parseDatetime(value, format).micros;
  } catch {
    // Another format may fit; what none fits is `undefined`, which the caller reports.
    return undefined;
  }
}
