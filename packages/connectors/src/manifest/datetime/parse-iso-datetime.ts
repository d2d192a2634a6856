import { daysInMonth, instantOf } from './civil-time.ts';
import type { CivilTime } from './civil-time.ts';
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
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((text) => (text === undefined ? undefined : Number(text)));
  const micro = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const time = { year, month, day, hour, minute, second, micro };
  return exists(time) ? instantOf(time, zoneOf(match[8])) : undefined;
}

const zoneOf = (zone: string | undefined): number | undefined =>
  zone === undefined ? undefined : zone === 'UTC' ? 0 : offsetOf(zone);

/** 24:00 is the end of a day. */
function exists({ year, month, day, hour, minute, second, micro }: CivilTime): boolean {
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  const isTime = minute <= 59 && second <= 59 && (hour <= 23 || (hour === 24 && minute + second + micro === 0));
  return isDate && isTime;
}
