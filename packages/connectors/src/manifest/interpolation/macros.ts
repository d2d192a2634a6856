import { randomUUID } from 'node:crypto';
import { parseDuration } from '../datetime/duration.ts';
import { formatDatetime } from '../datetime/format-datetime.ts';
import type { Instant } from '../datetime/instant.ts';
import { instantOf } from '../datetime/civil-time.ts';
import { parseDatetime } from '../datetime/parse-datetime.ts';
import { parseIsoDatetime } from '../datetime/parse-iso-datetime.ts';
import { numberArgument, textArgument } from './argument.ts';
import { bindArguments } from './bind-arguments.ts';
import { orderOf } from './compare.ts';
import { dictEntries } from './dict-methods.ts';
import { itemsOf } from './iterate.ts';
import { LIMITS } from './limits.ts';
import { clockOf } from './macro-clock.ts';
import { asFloat, isInteger, isNumber } from './numbers.ts';
import { PyDict } from './py-dict.ts';
import { pyFloat } from './py-float.ts';
import { PyFunction } from './py-function.ts';
import type { Native } from './py-function.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { pythonInteger } from './python-integer.ts';
import { quotePlus } from './quote.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Steps of reading or writing a moment. */
const TIME_STEPS = 4;
const DAY = 86_400_000_000;

function now(run: Run): Instant {
  const clock = clockOf(run.context);
  if (!clock) throw new TemplateFault('value', 'there is no clock here');
  return { micros: Math.round(clock.now() * 1000), offsetMinutes: 0 };
}

const dateOf = (instant: Instant): PyDate =>
  new PyDate({ micros: Math.floor(instant.micros / DAY) * DAY, offsetMinutes: undefined });

/** Steps of looking up a time zone. */
const ZONE_STEPS = 400;

function todayWithTimezone(run: Run, timezone: unknown): PyDate {
  const zone = textArgument(timezone);
  run.spend(ZONE_STEPS);
  run.scan(zone.length);
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    })
      .formatToParts(Math.floor(now(run).micros / 1000))
      .map(({ type, value }) => [type, Number(value)] as const);
    const { year = 1970, month = 1, day = 1 } = Object.fromEntries(parts);
    return dateOf(instantOf({ year, month, day, hour: 0, minute: 0, second: 0, micro: 0 }, undefined));
  } catch (error) {
    if (error instanceof TemplateFault) throw error;
    throw new TemplateFault('value', 'the time zone is not known');
  }
}

function freeInstant(run: Run, value: unknown): Instant {
  const text = textArgument(value);
  run.scan(text.length);
  run.spend(TIME_STEPS);
  const instant = parseIsoDatetime(text);
  if (!instant) throw new TemplateFault('value', 'a text is no date of ISO 8601');
  return { micros: instant.micros, offsetMinutes: 0 };
}

function timestamp(run: Run, value: unknown): unknown {
  if (value instanceof PyDatetime) return pyFloat(value.instant.micros / 1_000_000);
  if (isNumber(value))
    return isInteger(value)
      ? pythonInteger(typeof value === 'boolean' ? Number(value) : value)
      : truncated(asFloat(value));
  return pyFloat(freeInstant(run, value).micros / 1_000_000);
}

function truncated(value: number): number | bigint {
  if (!Number.isFinite(value)) throw new TemplateFault('value', 'a number is not finite');
  return pythonInteger(Math.trunc(value));
}

function withFormat(run: Run, value: string | number, format: unknown): Instant {
  const text = textArgument(format);
  run.scan(String(value).length);
  run.spend(TIME_STEPS);
  // A format is compiled, and a pattern of the engine is several times as long.
  run.scan(text.length, LIMITS.hardTextPerStep);
  try {
    return parseDatetime(value, text);
  } catch {
    throw new TemplateFault('value', 'a date does not have the format that is given for it');
  }
}

function formatted(run: Run, value: unknown, format: unknown, inputFormat: unknown = null): string {
  const target = textArgument(format);
  run.makeText(target.length * 8);
  run.spend(TIME_STEPS + target.length);
  return formatDatetime(inputInstant(run, value, inputFormat), target);
}

function inputInstant(run: Run, value: unknown, inputFormat: unknown): Instant {
  if (value instanceof PyDatetime || value instanceof PyDate) return value.instant;
  if (isInteger(value))
    return withFormat(run, Number(value), inputFormat === null || inputFormat === '' ? '%s' : inputFormat);
  if (inputFormat === null || inputFormat === '') return freeInstant(run, value);
  return withFormat(run, isNumber(value) ? asFloat(value) : textArgument(value), inputFormat);
}

function dayDelta(run: Run, days: unknown, format: unknown = '%Y-%m-%dT%H:%M:%S.%f%z'): string {
  const moved = now(run).micros + Math.round(numberArgument(days) * DAY);
  return formatted(run, new PyDatetime({ micros: moved, offsetMinutes: 0 }), format);
}

function duration(run: Run, iso: unknown): PyTimedelta {
  const text = textArgument(iso);
  run.scan(text.length);
  run.spend(TIME_STEPS);
  try {
    const { months, micros } = parseDuration(text);
    return new PyTimedelta(micros, months);
  } catch {
    throw new TemplateFault('value', 'a text is no duration of ISO 8601');
  }
}

const extreme =
  (sign: 1 | -1): Native =>
  (run, args) => {
    const items = args.length === 1 ? itemsOf(run, defined(args[0])) : args;
    run.spend(items.length);
    if (items.length === 0) throw new TemplateFault('value', 'nothing is given to choose from');
    return items.reduce((best, item) => (orderOf(run, defined(item), defined(best)) * sign > 0 ? item : best));
  };

/** Jinja's `namespace`: a mapping whose members are set by `{% set ns.name = … %}`. */
const makeDict: Native = (run, args, keywords) => new PyDict(dictEntries(run, args[0], keywords));

const signature = (names: string, apply: (run: Run, ...args: readonly unknown[]) => unknown): Native => {
  const all = names === '' ? [] : names.split(' ');
  const required = all.filter((name) => !name.endsWith('?')).length;
  const plain = all.map((name) => name.replace('?', ''));
  return (run, args, keywords) => apply(run, ...bindArguments(plain, required, args, keywords));
};

const NATIVES: Readonly<Record<string, Native>> = {
  now_utc: signature('', (run) => new PyDatetime(now(run))),
  today_utc: signature('', (run) => dateOf(now(run))),
  today_with_timezone: signature('timezone', todayWithTimezone),
  timestamp: signature('dt', timestamp),
  max: extreme(1),
  min: extreme(-1),
  day_delta: signature('num_days format?', dayDelta),
  duration: signature('datestring', duration),
  format_datetime: signature('dt format input_format?', formatted),
  str_to_datetime: signature('s', (run, text) => new PyDatetime(freeInstant(run, text))),
  sanitize_url: signature('value', (run, value) => quotePlus(run, textArgument(value))),
  camel_case_to_snake_case: signature('value', (run, value) => {
    const text = textArgument(value);
    run.makeText(text.length * 2);
    run.scan(text.length, LIMITS.hardTextPerStep);
    return text.replaceAll(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();
  }),
  generate_uuid: signature('', () => randomUUID()),
  dict: makeDict,
  namespace: makeDict,
};

/** Functions that every template can call: the macros of the manifest language, and Jinja's own that make sense here. */
export const MACROS: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries(NATIVES).map(([name, call]) => [name, new PyFunction(name, call)]),
);
