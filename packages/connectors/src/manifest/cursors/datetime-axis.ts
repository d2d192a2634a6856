import { parseDatetime } from '../datetime/parse-datetime.ts';
import { parseIsoDatetime } from '../datetime/parse-iso-datetime.ts';
import { formatUtc } from './min-max-datetime.ts';
import type { CursorAxis } from './window-settings.ts';

/**
 * Moments in microseconds. Values are read by `formats` in their order, then as ISO 8601, since states may come from elsewhere;
 * they are written in UTC by `format`.
 */
export function datetimeAxis(formats: readonly string[], format: string): CursorAxis {
  return {
    parse(value) {
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
