import { civilTimeOf, dayOfYear, isoWeekOf, weekdayOf } from './civil-time.ts';
import type { CivilTime } from './civil-time.ts';
import type { Instant } from './instant.ts';
import { DAY_NAMES, MONTH_NAMES } from './names.ts';

type Directive = (time: CivilTime, instant: Instant) => string;

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);
const hour12 = ({ hour }: CivilTime): number => hour % 12 || 12;
const weekday = ({ year, month, day }: CivilTime): number => weekdayOf(year, month, day);
const yearDay = ({ year, month, day }: CivilTime): number => dayOfYear(year, month, day);
const isoWeek = ({ year, month, day }: CivilTime): ReturnType<typeof isoWeekOf> => isoWeekOf(year, month, day);

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['Y', ({ year }) => String(year)],
  ['y', ({ year }) => pad(year % 100, 2)],
  ['C', ({ year }) => pad(Math.floor(year / 100), 2)],
  ['G', (time) => String(isoWeek(time).year)],
  ['g', (time) => pad(isoWeek(time).year % 100, 2)],
  ['V', (time) => pad(isoWeek(time).week, 2)],
  ['m', ({ month }) => pad(month, 2)],
  ['B', ({ month }) => MONTH_NAMES[month - 1] ?? ''],
  ['b', ({ month }) => (MONTH_NAMES[month - 1] ?? '').slice(0, 3)],
  ['h', ({ month }) => (MONTH_NAMES[month - 1] ?? '').slice(0, 3)],
  ['d', ({ day }) => pad(day, 2)],
  ['e', ({ day }) => pad(day, 2, ' ')],
  ['j', (time) => pad(yearDay(time), 3)],
  ['A', (time) => DAY_NAMES[weekday(time)] ?? ''],
  ['a', (time) => (DAY_NAMES[weekday(time)] ?? '').slice(0, 3)],
  ['u', (time) => String(weekday(time) + 1)],
  ['w', (time) => String((weekday(time) + 1) % 7)],
  ['U', (time) => pad(Math.floor((yearDay(time) + 6 - ((weekday(time) + 1) % 7)) / 7), 2)],
  ['W', (time) => pad(Math.floor((yearDay(time) + 6 - weekday(time)) / 7), 2)],
  ['H', ({ hour }) => pad(hour, 2)],
  ['k', ({ hour }) => pad(hour, 2, ' ')],
  ['I', (time) => pad(hour12(time), 2)],
  ['l', (time) => pad(hour12(time), 2, ' ')],
  ['M', ({ minute }) => pad(minute, 2)],
  ['S', ({ second }) => pad(second, 2)],
  ['f', ({ micro }) => pad(micro, 6)],
  ['p', ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
  ['P', ({ hour }) => (hour < 12 ? 'am' : 'pm')],
  ['z', (_, { offsetMinutes }) => offsetText(offsetMinutes, '')],
  ['Z', (_, { offsetMinutes }) => zoneName(offsetMinutes)],
  ['s', (_, { micros }) => String(Math.floor(micros / 1_000_000))],
  ['n', () => '\n'],
  ['t', () => '\t'],
  ['%', () => '%'],
]);

/** Directives that stand for others; as in the C locale. */
const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['r', '%I:%M:%S %p'],
  ['D', '%m/%d/%y'],
  ['x', '%m/%d/%y'],
  ['X', '%H:%M:%S'],
  ['c', '%a %b %e %H:%M:%S %Y'],
]);

/**
 * The text of a moment by Python's `strftime` directives (docs.python.org, "strftime() and strptime() Behavior"), in its own
 * offset. `%s` counts in UTC; `%-d` and the like leave the padding out, as glibc does; unknown directives stay as they are.
 */
export function strftime(instant: Instant, format: string): string {
  const time = civilTimeOf(instant);
  const expanded = format.replaceAll(/%([a-zA-Z])/g, (whole, letter: string) => COMPOSED.get(letter) ?? whole);
  return expanded.replaceAll(/%(:z|-?[a-zA-Z%])/g, (whole, letter: string) => {
    if (letter === ':z') return offsetText(instant.offsetMinutes, ':');
    const write = DIRECTIVES.get(letter.at(-1) ?? '');
    if (!write) return whole;
    const text = write(time, instant);
    return letter.startsWith('-') ? text.replace(/^[0 ]+(?=.)/, '') : text;
  });
}

/** `+0200`, or `+02:00` with a separator; seconds only where there are some. Nothing for a moment without an offset. */
export function offsetText(offsetMinutes: number | undefined, separator: '' | ':'): string {
  if (offsetMinutes === undefined) return '';
  const seconds = Math.round(Math.abs(offsetMinutes) * 60);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, ...(seconds % 60 ? [seconds % 60] : [])];
  return (offsetMinutes < 0 ? '-' : '+') + parts.map((part) => pad(part, 2)).join(separator);
}

function zoneName(offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return '';
  return offsetMinutes === 0 ? 'UTC' : `UTC${offsetText(offsetMinutes, ':')}`;
}
