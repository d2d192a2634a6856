import type { Instant } from './instant.ts';
import { pythonFloatText } from './python-float-text.ts';
import { strftime } from './strftime.ts';

/**
 * The text of a moment by a format of the manifest language: Python's directives, and `%s` (seconds), `%s_as_float`, `%ms`
 * (milliseconds), `%epoch_microseconds` as whole formats, and `%_ms` (three digits) within others. Source: `datetime_format` of
 * `DatetimeBasedCursor` in the published schema.
 */
export function formatDatetime(instant: Instant, format: string): string {
  const { micros } = instant;
  switch (format) {
    case '%s':
      return String(Math.trunc(micros / 1_000_000));
    case '%s_as_float':
      return pythonFloatText(micros / 1_000_000);
    case '%epoch_microseconds':
      return BigInt(Math.trunc(micros)).toString();
    case '%ms':
      return String(Math.trunc(micros / 1000));
    default:
      return strftime(instant, format.includes('%_ms') ? format.replaceAll('%_ms', millisecondsOf(instant)) : format);
  }
}

function millisecondsOf({ micros }: Instant): string {
  const ms = Number.isSafeInteger(micros) ? Math.floor(micros / 1000) : Math.round(micros / 1000);
  return String(((ms % 1000) + 1000) % 1000).padStart(3, '0');
}
