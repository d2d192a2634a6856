import { daysInMonth, instantOf } from './civil-time.ts';
import type { Instant } from './instant.ts';
import { offsetOf } from './strptime.ts';

const ISO =
  /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?(?:[T\s](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?(?::?\d{2})?)?)?$/;

/**
 * Reads a date, or date and time, of ISO 8601 in any of its usual writings (basic or extended, `T` or a blank, fraction of any
 * length, with or without an offset). `undefined` when the text is none.
 */
export function parseIsoDatetime(text: string): Instant | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, year, month = '01', day = '01', hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  // 24:00 is the end of the day.
  const endOfDay = hour === '24' && Number(minute) === 0 && Number(second) === 0;
  const time = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micro: Number(fraction.slice(0, 6).padEnd(6, '0')),
  };
  const dateFits = time.year >= 1 && time.month >= 1 && time.month <= 12 && time.day >= 1;
  if (!dateFits || time.day > daysInMonth(time.year, time.month)) return undefined;
  if ((time.hour > 23 && !endOfDay) || time.minute > 59 || time.second > 59) return undefined;
  return instantOf(time, offset === undefined ? undefined : offset === 'UTC' ? 0 : offsetOf(offset));
}
