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

/** Daily at the present minute, or every five minutes for a source that can be read continuously at little cost. */
function defaultCron(connector: Connector, now: Millis): string {
  if (connector.continuous && !connector.continuous.onRequest) return '*/5 * * * *';
  const minutes = Math.floor(now / 60_000);
  return `${minutes % 60} ${Math.floor(minutes / 60) % 24} * * *`;
}

/** The schedule that is wanted, with the parts that the caller left out taken from `before`. */
function complete(wanted: ScheduleInput, before: ScheduleColumns): Omit<ScheduleColumns, 'next_run_at'> {
  const { cron = before.cron, timezone = before.timezone, cursorField = before.cursor_field } = wanted;
  // A new cron expression replaces a continuous schedule unless it is said again.
  const continuous = wanted.continuous ?? (wanted.cron === undefined && before.continuous === 1);
  return { cron, timezone, continuous: continuous ? 1 : 0, cursor_field: cursorField };
}

/** When the schedule is due first. */
export function firstRun(
  { cron, timezone, continuous }: Pick<ScheduleColumns, 'cron' | 'timezone' | 'continuous'>,
  now: Millis,
): Millis | null {
  if (continuous === 1) return now;
  return cron === null ? null : nextRunAt(cron, timezone, now);
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
  const columns = complete(input ?? { cron: defaultCron(connector, now) }, before);
  const { cron, timezone, continuous } = columns;
  if (cron !== null) assertSchedule(cron, timezone);
  const tooOften = continuous === 1 || (cron !== null && isSubHourly(cron, timezone, now));
  if (tooOften && !connector.continuous) throw errors.schedule_too_frequent({ shortName: connector.id });
  return { ...columns, next_run_at: firstRun(columns, now) };
}
