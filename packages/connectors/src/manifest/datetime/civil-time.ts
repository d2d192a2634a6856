import type { Instant } from './instant.ts';

const DAY_MS = 86_400_000;

/** Fields of a wall clock; months and days begin at 1. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Microseconds of the second. */
  readonly micro: number;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
export function daysOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.floor(date.getTime() / DAY_MS);
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** The moment at which a wall clock, `offsetMinutes` east of UTC, shows `time`. */
export function instantOf(time: CivilTime, offsetMinutes: number | undefined): Instant {
  const days = daysOf(time.year, time.month, time.day);
  const seconds = days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second - (offsetMinutes ?? 0) * 60;
  return { micros: wholeMicros(Math.round(seconds * 1000) * 1000, time.micro), offsetMinutes };
}

/** Beyond the exact range of numbers only milliseconds are kept, rounded down, so that no moment moves into the next second. */
function wholeMicros(micros: number, rest: number): number {
  const sum = micros + rest;
  return Number.isSafeInteger(sum) ? sum : micros + Math.floor(rest / 1000) * 1000;
}

/** What a wall clock shows at `instant`, in the offset of the instant. */
export function civilTimeOf({ micros, offsetMinutes }: Instant): CivilTime {
  const exact = Number.isSafeInteger(micros);
  const ms = exact ? Math.floor(micros / 1000) : Math.round(micros / 1000);
  const date = new Date(ms + (offsetMinutes ?? 0) * 60_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micro: date.getUTCMilliseconds() * 1000 + (exact ? micros - ms * 1000 : 0),
  };
}

/** 0 is Monday, as in Python's `weekday()`. */
export function weekdayOf(year: number, month: number, day: number): number {
  return (((daysOf(year, month, day) + 3) % 7) + 7) % 7;
}

/** 1 is the first of January. */
export function dayOfYear(year: number, month: number, day: number): number {
  return daysOf(year, month, day) - daysOf(year, 1, 1) + 1;
}

/** Year and week of ISO 8601. */
export function isoWeekOf(year: number, month: number, day: number): { readonly year: number; readonly week: number } {
  const thursday = new Date((daysOf(year, month, day) + 3 - weekdayOf(year, month, day)) * DAY_MS);
  const isoYear = thursday.getUTCFullYear();
  const days = Math.floor(thursday.getTime() / DAY_MS) - daysOf(isoYear, 1, 1);
  return { year: isoYear, week: Math.floor(days / 7) + 1 };
}
