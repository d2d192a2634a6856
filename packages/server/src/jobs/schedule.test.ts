import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertSchedule, isSubHourly, nextRunAt } from './schedule.ts';

const at = (iso: string) => Date.parse(iso);

/** The first runs after a moment, as ISO texts. */
function runs(cron: string, timezone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let now: number | null = at(after); found.length < count;) {
    now = nextRunAt(cron, timezone, now);
    if (now === null) break;
    found.push(new Date(now).toISOString());
  }
  return found;
}

describe('an expression that is refused says why', () => {
  test.each([
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['0 * * * * *', 'five fields'],
    ['@hourly', 'five fields'],
    ['61 * * * *', 'Invalid value for minute: 61'],
    ['a b c d e', 'illegal characters'],
    ['0 0 31 2 *', 'no date ever matches'],
  ])('%j', (cron, reason) => {
    expect(() => assertSchedule(cron, 'UTC')).toThrow(
      expect.objectContaining({ code: 'invalid_cron', message: expect.stringContaining(reason) }) as Error,
    );
  });

  test('an unknown time zone', () => {
    expect(() => assertSchedule('0 0 * * *', 'Mars/Olympus')).toThrow("'Mars/Olympus' is not a time zone");
  });
});

test('accepts lists, ranges, steps and names', () => {
  for (const cron of ['*/5 * * * *', '0 9-17 * * MON-FRI', '30 6 1,15 * *', '0 0 29 2 *', ' 0  0 * * 0 '])
    expect(() => assertSchedule(cron, 'Europe/Berlin')).not.toThrow();
});

test('gives the next time after a moment, never the moment itself', () => {
  expect(nextRunAt('0 12 * * *', 'UTC', at('2026-05-01T12:00:00Z'))).toBe(at('2026-05-02T12:00:00Z'));
  expect(nextRunAt('0 12 * * *', 'Asia/Tokyo', at('2026-05-01T00:00:00Z'))).toBe(at('2026-05-01T03:00:00Z'));
});

describe('G4-15 G4-29 when the clock is put forward (Berlin, 29 March 2026, 02:00 to 03:00)', () => {
  test('a skipped time comes at the next instant', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('several skipped times come once', () => {
    expect(runs('*/15 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
    ]);
  });

  test('every hour means every real hour', () => {
    expect(runs('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', 3)).toEqual([
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
  });
});

describe('G4-15 G4-29 when the clock is put back (Berlin, 25 October 2026, 03:00 to 02:00)', () => {
  test('a repeated time comes once', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('steps and ranges of hours count as times of the clock on the wall', () => {
    expect(runs('0 */2 * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 2)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
    expect(runs('*/30 1-2 * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', 5)).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-24T23:30:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T00:00:00.000Z',
    ]);
  });

  test('every hour means every real hour', () => {
    expect(runs('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });
});

test('the next time always lies ahead, in any zone', () => {
  const number = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(
      number(59),
      number(23),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'),
      fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
      (minute, hour, zone, now) => {
        const next = nextRunAt(`${minute} ${hour} * * *`, zone, now)!;
        expect(next).toBeGreaterThan(now);
        expect(next - now).toBeLessThanOrEqual(25.5 * 3_600_000);
      },
    ),
  );
});

describe('less than an hour apart', () => {
  const now = at('2026-05-01T12:34:00Z');
  test.each([
    '* * * * *',
    '*/5 * * * *',
    '0,5,10 * * * *',
    '*/5 1-23 * * *',
    '0,59 0 * * *',
    '0,59 0 1 1 *',
    '10-12 3 * * MON',
  ])('%s', (cron) => {
    expect(isSubHourly(cron, 'UTC', now)).toBe(true);
  });
  test.each(['0 * * * *', '59 * * * *', '0 0 * * *', '30 2,3 * * *', '0 */2 * * *', '0 0 29 2 *'])('not %s', (cron) => {
    expect(isSubHourly(cron, 'Europe/Berlin', now)).toBe(false);
  });
});
