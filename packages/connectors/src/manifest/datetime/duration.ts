import { ConnectorError } from '../../kit/connector-error.ts';
import { civilTimeOf, daysInMonth, instantOf } from './civil-time.ts';
import type { Instant } from './instant.ts';

/** A span of ISO 8601. Months have no fixed length, so they are kept apart from the rest. */
export interface Duration {
  /** Years and months together. */
  readonly months: number;
  /** Weeks, days and smaller units, in microseconds. */
  readonly micros: number;
}

const NUMBER = '(\\d+(?:[.,]\\d+)?)';
const part = (letter: string): string => `(?:${NUMBER}${letter})?`;
const DURATION = new RegExp(
  `^([+-])?P(?!$)${part('Y')}${part('M')}${part('W')}${part('D')}(?:T(?=\\d)${part('H')}${part('M')}${part('S')})?$`,
);
const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** Reads an ISO 8601 duration such as `P1D`, `PT0.000001S`, `P1Y2M`. Throws `ConnectorError('configuration')`. */
export function parseDuration(iso: string): Duration {
  const match = DURATION.exec(iso.trim());
  if (!match) {
    throw new ConnectorError(
      'configuration',
      'A duration is not written as ISO 8601 has it, for example P1D or PT1H; check the manifest.',
    );
  }
  const sign = match[1] === '-' ? -1 : 1;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((text) => Number((text ?? '0').replace(',', '.')));
  const micros = weeks * 7 * DAY + days * DAY + hours * 3600 * SECOND + minutes * 60 * SECOND + seconds * SECOND;
  return { months: sign * Math.round(years * 12 + months), micros: sign * Math.round(micros) };
}

/** Months first, then the rest; a day that the month does not have becomes its last one. */
export function addDuration(instant: Instant, duration: Duration): Instant {
  const moved = duration.months === 0 ? instant : addMonths(instant, duration.months);
  return { micros: moved.micros + duration.micros, offsetMinutes: moved.offsetMinutes };
}

/** As `addDuration`, back in time. */
export function subtractDuration(instant: Instant, duration: Duration): Instant {
  return addDuration(instant, { months: -duration.months, micros: -duration.micros });
}

function addMonths(instant: Instant, months: number): Instant {
  const time = civilTimeOf(instant);
  const index = time.year * 12 + time.month - 1 + months;
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return instantOf({ ...time, year, month, day: Math.min(time.day, daysInMonth(year, month)) }, instant.offsetMinutes);
}
