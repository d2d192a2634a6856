import type { Connector } from '@tributary/connectors/kit/connector';
import type { Flag, Millis } from '../control/schema.ts';
import { errors } from '../errors.ts';
import { assertSchedule, isSubHourly, nextRunAt } from '../jobs/schedule.ts';
import type { ScheduleInput } from './model.ts';

/** The columns of a schedule. */
export interface ScheduleColumns {
  readonly cron: string | null;
  readonly timezone: string;
  readonly continuous: Flag;
  readonly cursor_field: string | null;
  readonly next_run_at: Millis | null;
}

const off: ScheduleColumns = { cron: null, timezone: 'UTC', continuous: 0, cursor_field: null, next_run_at: null };

/** Daily at the present minute, or every five minutes for a source that can be read continuously. */
function defaultCron(connector: Connector, now: Millis): string {
  if (connector.continuous) return '*/5 * * * *';
  const minutes = Math.floor(now / 60_000);
  return `${minutes % 60} ${Math.floor(minutes / 60) % 24} * * *`;
}

/**
 * Checks a schedule and works out its columns. `undefined` gives the default schedule, null none; parts that are left
 * out keep what `before` has. Throws `invalid_cron`, `schedule_too_frequent`.
 */
export function resolveSchedule(
  connector: Connector,
  input: ScheduleInput | null | undefined,
  now: Millis,
  before: ScheduleColumns = off,
): ScheduleColumns {
  if (input === null) return off;
  const wanted: ScheduleInput = input ?? { cron: defaultCron(connector, now) };
  const timezone = wanted.timezone ?? before.timezone;
  const cron = wanted.cron === undefined ? before.cron : wanted.cron;
  const continuous = wanted.continuous ?? (wanted.cron === undefined && before.continuous === 1);
  const cursorField = wanted.cursorField === undefined ? before.cursor_field : wanted.cursorField;
  if (cron !== null) assertSchedule(cron, timezone);
  const tooOften = continuous || (cron !== null && isSubHourly(cron, timezone, now));
  if (tooOften && !connector.continuous) throw errors.schedule_too_frequent({ shortName: connector.id });
  return {
    cron,
    timezone,
    continuous: continuous ? 1 : 0,
    cursor_field: cursorField,
    next_run_at: continuous ? now : cron === null ? null : nextRunAt(cron, timezone, now),
  };
}
