import { daysInMonth, instantOf, weekdayOf } from './civil-time.ts';
import type { Instant } from './instant.ts';
import { DAY_NAMES, MONTH_NAMES } from './names.ts';

/** What a text said, by directive; the last one wins. */
interface Found {
  [directive: string]: string | undefined;
}

const names = (all: readonly string[], short: boolean): string =>
  all.map((name) => (short ? name.slice(0, 3) : name)).join('|');

/** What each directive matches, as Python's `_strptime` documents: at most so many digits, letters in any case. */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  ['Y', '\\d{4}'],
  ['y', '\\d{2}'],
  ['G', '\\d{4}'],
  ['V', '5[0-3]|0[1-9]|[1-4]\\d|\\d'],
  ['m', '1[0-2]|0[1-9]|[1-9]'],
  ['d', '3[01]|[12]\\d|0[1-9]|[1-9]| [1-9]'],
  ['j', '36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]'],
  ['H', '2[0-3]|[01]\\d|\\d'],
  ['I', '1[0-2]|0[1-9]|[1-9]'],
  ['M', '[0-5]\\d|\\d'],
  ['S', '6[01]|[0-5]\\d|\\d'],
  ['f', '\\d{1,6}'],
  ['U', '5[0-3]|[0-4]\\d|\\d'],
  ['W', '5[0-3]|[0-4]\\d|\\d'],
  ['u', '[1-7]'],
  ['w', '[0-6]'],
  ['p', 'AM|PM'],
  ['B', names(MONTH_NAMES, false)],
  ['b', names(MONTH_NAMES, true)],
  ['h', names(MONTH_NAMES, true)],
  ['A', names(DAY_NAMES, false)],
  ['a', names(DAY_NAMES, true)],
  ['z', '[+-]\\d{2}:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z'],
  ['Z', 'UTC|GMT|Z'],
]);

const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['D', '%m/%d/%y'],
  ['x', '%m/%d/%y'],
  ['X', '%H:%M:%S'],
  ['c', '%a %b %d %H:%M:%S %Y'],
  ['r', '%I:%M:%S %p'],
]);

interface Reader {
  readonly pattern: RegExp;
  readonly directives: readonly string[];
}

/** Manifests name few formats, and each is compiled once; a bound, should one build formats out of records. */
const readers = new Map<string, Reader | undefined>();
const MOST_READERS = 1000;

/**
 * Reads `text` by Python's `strptime` directives. `undefined` when text and format do not fit, or the format knows a directive
 * that Python does not. Texts without an offset give an instant without one (UTC).
 */
export function strptime(text: string, format: string): Instant | undefined {
  if (!readers.has(format)) {
    if (readers.size >= MOST_READERS) readers.clear();
    readers.set(format, compile(format));
  }
  const reader = readers.get(format);
  const match = reader?.pattern.exec(text);
  if (!reader || !match) return undefined;
  const found: Found = {};
  for (const [index, directive] of reader.directives.entries()) found[directive] = match[index + 1];
  return assemble(found);
}

function compile(format: string): Reader | undefined {
  const expanded = format.replaceAll(/%([a-zA-Z])/g, (whole, letter: string) => COMPOSED.get(letter) ?? whole);
  const directives: string[] = [];
  let pattern = '';
  for (const [piece] of expanded.matchAll(/%-?.|\s+|[^%\s]+|%/gs)) {
    if (/^\s/.test(piece)) pattern += '\\s+';
    else if (piece === '%%') pattern += '%';
    else if (piece.startsWith('%')) {
      const letter = piece.at(-1) ?? '';
      const known = PATTERNS.get(letter);
      // Python refuses a directive that comes twice; a row of them would also be slow to match.
      if (known === undefined || directives.includes(letter)) return undefined;
      directives.push(letter);
      pattern += `(${known})`;
    } else pattern += piece.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  }
  return { pattern: new RegExp(`^${pattern}$`, 'i'), directives };
}

function assemble(found: Found): Instant | undefined {
  const date = dateOf(found);
  if (!date || date.day < 1 || date.day > daysInMonth(date.year, date.month) || date.year < 1) return undefined;
  const second = Number(found['S'] ?? 0);
  if (second > 59) return undefined;
  const time = {
    ...date,
    hour: hourOf(found),
    minute: Number(found['M'] ?? 0),
    second,
    micro: Number((found['f'] ?? '0').padEnd(6, '0')),
  };
  return instantOf(time, found['z'] === undefined ? undefined : offsetOf(found['z']));
}

function hourOf(found: Found): number {
  if (found['I'] === undefined) return Number(found['H'] ?? 0);
  const hour = Number(found['I']) % 12;
  return found['p']?.toUpperCase() === 'PM' ? hour + 12 : hour;
}

/** Minutes of `+0200`, `-05:30`, `Z`. */
export function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [hours = '0', minutes = '0', seconds = '0'] = text.slice(1).replaceAll(':', '').match(/\d{2}/g) ?? [];
  const size = Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
  return text.startsWith('-') ? -size : size;
}

interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function dateOf(found: Found): CalendarDate | undefined {
  const year = yearOf(found);
  const byDayOfYear = found['j'] ?? dayOfYearByWeek(found, year);
  if (byDayOfYear !== undefined) return dayOfYearDate(year, Number(byDayOfYear));
  return { year, month: monthOf(found), day: Number(found['d'] ?? 1) };
}

function yearOf(found: Found): number {
  if (found['Y'] !== undefined) return Number(found['Y']);
  if (found['G'] !== undefined) return Number(found['G']);
  if (found['y'] === undefined) return 1900;
  const short = Number(found['y']);
  return short <= 68 ? 2000 + short : 1900 + short;
}

function monthOf(found: Found): number {
  const name = (found['B'] ?? found['b'] ?? found['h'])?.slice(0, 3).toLowerCase();
  if (name === undefined) return Number(found['m'] ?? 1);
  return MONTH_NAMES.findIndex((month) => month.slice(0, 3).toLowerCase() === name) + 1;
}

function weekdayFound(found: Found): number | undefined {
  if (found['u'] !== undefined) return Number(found['u']) - 1;
  if (found['w'] !== undefined) return (Number(found['w']) + 6) % 7;
  const name = (found['A'] ?? found['a'])?.slice(0, 3).toLowerCase();
  return name === undefined ? undefined : DAY_NAMES.findIndex((day) => day.slice(0, 3).toLowerCase() === name);
}

/** Weeks count only together with a day of the week, as in Python. */
function dayOfYearByWeek(found: Found, year: number): number | undefined {
  const day = weekdayFound(found);
  if (day === undefined) return undefined;
  const first = weekdayOf(year, 1, 1);
  if (found['G'] !== undefined && found['V'] !== undefined) {
    const fourth = weekdayOf(year, 1, 4);
    return Number(found['V']) * 7 + day + 1 - (fourth + 4);
  }
  const week = found['U'] ?? found['W'];
  if (week === undefined) return undefined;
  const startsOnSunday = found['U'] !== undefined;
  const [firstDay, wanted] = startsOnSunday ? [(first + 1) % 7, (day + 1) % 7] : [first, day];
  const weekZero = (7 - firstDay) % 7;
  return Number(week) === 0 ? 1 + wanted - firstDay : 1 + weekZero + 7 * (Number(week) - 1) + wanted;
}

function dayOfYearDate(year: number, dayOfYear: number): CalendarDate {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, dayOfYear);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
