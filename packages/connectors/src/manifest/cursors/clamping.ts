import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';

const DAY = 86_400_000_000;
const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** The beginning of the period around a point, and the first beginning at or behind it; points are microseconds, in UTC. */
export interface Clamping {
  readonly floor: (point: number) => number;
  readonly ceiling: (point: number) => number;
}

/** `clamping` of a `DatetimeBasedCursor`: windows of whole days, weeks or months. Throws `ConnectorError('configuration')`. */
export function clamping(target: string, details: JsonObject | undefined, stream: string): Clamping {
  if (target === 'DAY') return periods(dayOf, (day) => day + DAY);
  if (target === 'MONTH') return periods(monthOf, (month) => monthAfter(month));
  if (target === 'WEEK') {
    const first = WEEKDAYS.indexOf(String(details?.['weekday']).toUpperCase());
    if (first < 0) throw wrong(stream, `\`target_details.weekday\` must be one of ${WEEKDAYS.join(', ')}`);
    return periods(
      (point) => weekOf(point, first),
      (week) => week + 7 * DAY,
    );
  }
  throw wrong(stream, '`target` must be DAY, WEEK or MONTH');
}

const periods = (floor: (point: number) => number, next: (beginning: number) => number): Clamping => ({
  floor,
  ceiling(point) {
    const beginning = floor(point);
    return beginning === point ? point : next(beginning);
  },
});

const dayOf = (point: number): number => Math.floor(point / DAY) * DAY;

/** The epoch was a Thursday, the fourth day of a week that begins on Monday. */
function weekOf(point: number, firstDay: number): number {
  const days = Math.floor(point / DAY);
  return (days - ((((days + 3 - firstDay) % 7) + 7) % 7)) * DAY;
}

function monthOf(point: number): number {
  const date = new Date(point / 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) * 1000;
}

function monthAfter(month: number): number {
  const date = new Date(month / 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * 1000;
}

const wrong = (stream: string, why: string): ConnectorError =>
  new ConnectorError('configuration', `The clamping of the cursor of stream "${stream}" cannot be used: ${why}.`);
