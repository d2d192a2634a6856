import { ConnectorError } from '../../kit/connector-error.ts';
import type { Instant } from './instant.ts';
import { strptime } from './strptime.ts';

const WHOLE = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

/** Microseconds in one unit of the formats that count since the epoch. */
const COUNTERS: ReadonlyMap<string, number> = new Map([
  ['%s', 1_000_000],
  ['%ms', 1000],
  ['%epoch_microseconds', 1],
]);

/**
 * Reads a moment by a format of the manifest language: Python's directives, or `%s`, `%s_as_float`, `%ms` and
 * `%epoch_microseconds` as whole formats; `%_ms` within others stands for the fraction of a second. A text without an offset is
 * UTC. Throws `ConnectorError('invalid_answer')` without the text, which may come from a record or the configuration. Source:
 * `cursor_datetime_formats` of `DatetimeBasedCursor` in the published schema.
 */
export function parseDatetime(text: string | number, format: string): Instant {
  const instant = readDatetime(text, format);
  if (!instant) {
    throw new ConnectorError(
      'invalid_answer',
      `A date does not have the format "${format}"; check the datetime format in the manifest.`,
    );
  }
  return instant;
}

function readDatetime(text: string | number, format: string): Instant | undefined {
  const unit = COUNTERS.get(format);
  if (unit !== undefined) {
    if (typeof text === 'string' && !WHOLE.test(text)) return undefined;
    return sinceEpoch(Math.trunc(Number(String(text).replaceAll('_', ''))) * unit);
  }
  if (format === '%s_as_float') {
    return String(text).trim() === '' ? undefined : sinceEpoch(Math.round(Number(text) * 1_000_000));
  }
  return strptime(String(text), format.replaceAll('%_ms', '%f'));
}

/** Python's dates end with the year 9999. */
function sinceEpoch(micros: number): Instant | undefined {
  return micros >= -62_135_596_800_000_000 && micros < 253_402_300_800_000_000
    ? { micros, offsetMinutes: 0 }
    : undefined;
}
