import { addDuration } from '../datetime/duration.ts';
import { civilTimeOf, dayOfYear, daysOf, instantOf, isoWeekOf, weekdayOf } from '../datetime/civil-time.ts';
import type { CivilTime } from '../datetime/civil-time.ts';
import { strftime } from '../datetime/strftime.ts';
import { integerArgument, textArgument } from './argument.ts';
import { method } from './method.ts';
import type { Method } from './method.ts';
import { pyFloat } from './py-float.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { isoformat, pythonText } from './python-text.ts';
import { writtenTime } from './written-time.ts';
import { offsetText } from '../datetime/strftime.ts';
import { TemplateFault } from './template-fault.ts';

const DAY = 86_400_000_000;

type Time = PyDatetime | PyDate;

function dateParts(time: Time): CivilTime {
  return civilTimeOf(time.instant);
}

const weekday = (time: Time): number => {
  const { year, month, day } = dateParts(time);
  return weekdayOf(year, month, day);
};

function isoCalendar(time: Time): PyTuple {
  const { year, month, day } = dateParts(time);
  const week = isoWeekOf(year, month, day);
  return new PyTuple([week.year, week.week, weekday(time) + 1]);
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'micro'] as const;

function replace(_: unknown, time: Time, ...given: readonly unknown[]): Time {
  const parts = dateParts(time);
  const made = Object.fromEntries(
    PARTS.map((name, index) => [name, integerArgument(given[index], parts[name])]),
  ) as unknown as CivilTime;
  if (made.year < 1 || made.year > 9999) throw new TemplateFault('value', 'a date is out of range');
  const instant = instantOf(made, time.instant.offsetMinutes);
  const back = civilTimeOf(instant);
  if (PARTS.some((name) => back[name] !== made[name])) throw new TemplateFault('value', 'a date is out of range');
  return time instanceof PyDate ? new PyDate(instant) : new PyDatetime(instant);
}

function midnight(time: Time): PyDate {
  return new PyDate(instantOf({ ...dateParts(time), hour: 0, minute: 0, second: 0, micro: 0 }, undefined));
}

/** To UTC: other zones have no names in templates. */
const toUtc = (time: Time): PyDatetime => new PyDatetime({ micros: time.instant.micros, offsetMinutes: 0 });

const offset = (time: Time): PyTimedelta | null =>
  time.instant.offsetMinutes === undefined ? null : new PyTimedelta(time.instant.offsetMinutes * 60_000_000);

function zoneText(time: Time): string | null {
  const { offsetMinutes } = time.instant;
  return offsetMinutes === undefined ? null : offsetMinutes === 0 ? 'UTC' : `UTC${offsetText(offsetMinutes, ':')}`;
}

/** Methods of Python's `datetime.date`. */
export const DATE_METHODS: ReadonlyMap<string, Method<Time>> = new Map<string, Method<Time>>([
  ['strftime', method('format', (run, self: Time, format) => writtenTime(run, self.instant, textArgument(format)))],
  [
    'isoformat',
    method('sep?', (run, self: Time, separator = 'T') => {
      if (!(self instanceof PyDatetime)) return pythonText(self, run);
      // Python takes one character.
      if (textArgument(separator).length > 2) throw new TemplateFault('type', 'a separator is one character');
      return isoformat(self, textArgument(separator));
    }),
  ],
  ['weekday', method('', (_, self: Time) => weekday(self))],
  ['isoweekday', method('', (_, self: Time) => weekday(self) + 1)],
  ['isocalendar', method('', (_, self: Time) => isoCalendar(self))],
  [
    'toordinal',
    method('', (_, self: Time) => {
      const { year, month, day } = dateParts(self);
      return daysOf(year, month, day) + 719_163;
    }),
  ],
  [
    'timetuple',
    method('', (_, self: Time) => {
      const { year, month, day, hour, minute, second } = dateParts(self);
      return new PyTuple([year, month, day, hour, minute, second, weekday(self), dayOfYear(year, month, day), -1]);
    }),
  ],
  ['replace', method('year? month? day? hour? minute? second? microsecond?', replace)],
  ['ctime', method('', (_, self: Time) => strftime(self.instant, '%c'))],
]);

/** Methods of Python's `datetime.datetime`. */
export const DATETIME_METHODS: ReadonlyMap<string, Method<Time>> = new Map<string, Method<Time>>([
  ...DATE_METHODS,
  ['timestamp', method('', (_, self: Time) => pyFloat(self.instant.micros / 1_000_000))],
  ['date', method('', (_, self: Time) => midnight(self))],
  ['astimezone', method('tz?', (_, self: Time) => toUtc(self))],
  ['utcoffset', method('', (_, self: Time) => offset(self))],
  ['tzname', method('', (_, self: Time) => zoneText(self))],
]);

/** Attributes of dates and times that are no methods. */
export function timeAttribute(time: Time, name: string): unknown {
  const parts = dateParts(time);
  if (name === 'year' || name === 'month' || name === 'day') return parts[name];
  if (time instanceof PyDate) return undefined;
  if (name === 'hour' || name === 'minute' || name === 'second') return parts[name];
  if (name === 'microsecond') return parts.micro;
  return name === 'tzinfo' ? zoneText(time) : undefined;
}

/** Methods of Python's `datetime.timedelta`. */
export const TIMEDELTA_METHODS: ReadonlyMap<string, Method<PyTimedelta>> = new Map<string, Method<PyTimedelta>>([
  ['total_seconds', method('', (_, self: PyTimedelta) => pyFloat(self.micros / 1_000_000))],
  [
    'totimedelta',
    method('start', (_, self: PyTimedelta, start) => {
      if (!(start instanceof PyDatetime || start instanceof PyDate))
        throw new TemplateFault('type', 'a date is wanted');
      return new PyTimedelta(addDuration(start.instant, self).micros - start.instant.micros);
    }),
  ],
]);

/** Attributes of spans that are no methods. */
export function timedeltaAttribute(span: PyTimedelta, name: string): unknown {
  const days = Math.floor(span.micros / DAY);
  switch (name) {
    case 'days':
      return days;
    case 'seconds':
      return Math.floor((span.micros - days * DAY) / 1_000_000);
    case 'microseconds':
      return (span.micros - days * DAY) % 1_000_000;
    case 'years':
      return Math.trunc(span.months / 12);
    case 'months':
      return span.months % 12;
    default:
      return undefined;
  }
}
