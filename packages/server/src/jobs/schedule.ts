import { Cron, CronPattern } from 'croner';
import { errors } from '../errors.ts';

const HOUR_MS = 3_600_000;
const KEPT = 2_000;
const parsed = new Map<string, Cron>();

/**
 * Checks a cron expression of five fields and its time zone (an IANA name). Throws `invalid_cron` with a reason that says
 * what to change; an expression that no date ever matches is refused too.
 */
export function assertSchedule(cron: string, timezone: string): void {
  const fields = cron.trim().split(/\s+/);
  if (cron.trim() === '' || fields.length !== 5)
    throw errors.invalid_cron({
      cron,
      reason: `it needs five fields (minute hour day month weekday), not ${cron.trim() === '' ? 0 : fields.length}`,
    });
  if (!isTimeZone(timezone))
    throw errors.invalid_cron({ cron, reason: `'${timezone}' is not a time zone, for example 'Europe/Berlin'` });
  let next: Date | null;
  try {
    next = parse(cron, timezone).nextRun();
  } catch (error) {
    throw errors.invalid_cron({ cron, reason: reasonOf(error) });
  }
  if (next === null) throw errors.invalid_cron({ cron, reason: 'no date ever matches it' });
}

/**
 * The next time (ms) strictly after `after`. When the clock is put forward, a time that is skipped comes at the next
 * instant; when it is put back, a time that is repeated comes once. An expression for every hour follows real hours.
 * `null` when no date matches any more. The schedule must have passed `assertSchedule`.
 */
export function nextRunAt(cron: string, timezone: string, after: number): number | null {
  return parse(cron, timezone).nextRun(new Date(after))?.getTime() ?? null;
}

/** True when two runs can be less than an hour apart, whatever the expression looks like. Clock changes do not count. */
export function isSubHourly(cron: string, _timezone: string, now: number): boolean {
  // Runs within one hour are neighbours, so two whole hours that run show every gap there is.
  const runs = parse(cron, 'UTC').nextRuns(121, new Date(now));
  return runs.some((run, i) => i > 0 && run.getTime() - (runs[i - 1]?.getTime() ?? 0) < HOUR_MS);
}

function parse(cron: string, timezone: string): Cron {
  const key = `${timezone} ${cron}`;
  const known = parsed.get(key);
  if (known) return known;
  const fresh = new Cron(wallClock(cron.trim()), { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard' });
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(key, fresh);
  return fresh;
}

/**
 * Croner treats times without `*` and `/` as times of the wall clock, which the rule at clock changes needs. So minutes and
 * hours are written out, unless every hour is meant: then each real hour counts, also the one that comes twice.
 */
function wallClock(cron: string): string {
  const pattern = new CronPattern(cron, undefined, { mode: '5-part' });
  if (pattern.hour.every((on) => on === 1)) return cron;
  const [, , ...days] = cron.split(/\s+/);
  return [numbers(pattern.minute), numbers(pattern.hour), ...days].join(' ');
}

function numbers(field: readonly number[]): string {
  return field.flatMap((on, value) => (on === 1 ? [value] : [])).join(',');
}

function isTimeZone(name: string): boolean {
  try {
    // An offset such as `+02:00` passes here but is not a place with clock changes; it is allowed all the same.
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Cron\w*: /, '').replace(/\.$/, '');
}
