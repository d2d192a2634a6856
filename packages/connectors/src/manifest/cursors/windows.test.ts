import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { definition, rigBuild, rigStream } from '../records/records-rig.ts';
import { datetimeSettings } from './build-datetime-settings.ts';
import { knownRanges } from './known-ranges.ts';
import { WindowCursor } from './window-cursor.ts';

const DAY = '%Y-%m-%d';

function cursorOf(fields: Record<string, unknown>, state?: JsonObject): WindowCursor {
  const component = definition({
    type: 'DatetimeBasedCursor',
    cursor_field: 'updated_at',
    datetime_format: DAY,
    start_datetime: '2024-01-01',
    end_datetime: '2024-01-10',
    ...fields,
  });
  const settings = datetimeSettings(component, rigBuild(), rigStream()).forRead();
  return new WindowCursor(settings, knownRanges(state, settings));
}

const windowsOf = (fields: Record<string, unknown>, state?: JsonObject): string[] =>
  cursorOf(fields, state)
    .windows()
    .map(({ start_time, end_time }) => `${String(start_time as string)}..${String(end_time as string)}`);

const STEPS = { step: 'P4D', cursor_granularity: 'P1D' };

describe('the windows of a DatetimeBasedCursor', () => {
  it('are one without a step', () => {
    expect(windowsOf({})).toEqual(['2024-01-01..2024-01-10']);
  });

  it('stop one granule before the next, but for the last', () => {
    expect(windowsOf(STEPS)).toEqual(['2024-01-01..2024-01-04', '2024-01-05..2024-01-08', '2024-01-09..2024-01-10']);
  });

  it('go on from the state, and look back no further than the start', () => {
    expect(windowsOf(STEPS, { updated_at: '2024-01-07' })).toEqual(['2024-01-07..2024-01-10']);
    expect(windowsOf({ lookback_window: 'P2D' }, { updated_at: '2024-01-07' })).toEqual(['2024-01-05..2024-01-10']);
    expect(windowsOf({ lookback_window: 'P90D' }, { updated_at: '2024-01-07' })).toEqual(['2024-01-01..2024-01-10']);
  });

  it('are none when everything is known, or the start lies behind the end', () => {
    expect(windowsOf({}, { updated_at: '2024-01-10' })).toEqual([]);
    expect(windowsOf({ start_datetime: '2024-02-01' })).toEqual([]);
  });

  it('fill the gaps between the ranges that concurrent reads have left', () => {
    const slices = [
      { start: '2024-01-02', end: '2024-01-03', most_recent_cursor_value: '2024-01-03' },
      { start: '2024-01-06', end: '2024-01-08' },
    ];
    const state = { state_type: 'date-range', slices };
    expect(windowsOf({}, state)).toEqual([
      '2024-01-01..2024-01-02',
      '2024-01-03..2024-01-06',
      '2024-01-08..2024-01-10',
    ]);
    expect(windowsOf(STEPS, state)).toEqual([
      '2024-01-01..2024-01-01',
      '2024-01-04..2024-01-05',
      '2024-01-08..2024-01-10',
    ]);
  });

  it('leave the one out whose ends are the same when the API compares strictly', () => {
    const late = {
      ...STEPS,
      end_datetime: { type: 'MinMaxDatetime', datetime: '2024-01-09 10', datetime_format: '%Y-%m-%d %H' },
    };
    expect(windowsOf(late).at(-1)).toBe('2024-01-09..2024-01-09');
    expect(windowsOf({ ...late, is_compare_strictly: true }).at(-1)).toBe('2024-01-05..2024-01-08');
  });

  it('are whole months, weeks or days when they are clamped, and end before the running one', () => {
    const months = { step: 'P1M', cursor_granularity: 'P1D', start_datetime: '2024-01-15', end_datetime: '2024-03-20' };
    expect(windowsOf({ ...months, clamping: { target: 'MONTH' } })).toEqual([
      '2024-01-01..2024-01-31',
      '2024-02-01..2024-02-29',
    ]);
    const weeks = { ...STEPS, step: 'P1W', start_datetime: '2024-01-03', end_datetime: '2024-01-17' };
    expect(windowsOf({ ...weeks, clamping: { target: 'WEEK', target_details: { weekday: 'MONDAY' } } })).toEqual([
      '2024-01-01..2024-01-07',
      '2024-01-08..2024-01-14',
    ]);
  });

  it('need a granularity when they have a step', () => {
    expect(() => cursorOf({ step: 'P1D' })).toThrow(/`cursor_granularity`/);
    expect(() => cursorOf({ cursor_granularity: 'P1D' })).toThrow(/`step`/);
  });

  it('are named as the manifest wants', () => {
    const [window] = cursorOf({ partition_field_start: 'since', partition_field_end: 'until' }).windows();
    expect(window).toEqual({ since: '2024-01-01', until: '2024-01-10' });
  });
});

describe('the state of a cursor', () => {
  const at = (day: string): number => Date.parse(day) * 1000;

  it('is the highest record of the windows that follow on the start without a gap', () => {
    const cursor = cursorOf(STEPS);
    const [first, second, third] = cursor.windows();
    if (!first || !second || !third) throw new Error('three windows are wanted');
    cursor.observe(third, at('2024-01-09'));
    cursor.close(third);
    expect(cursor.state()).toEqual({ updated_at: '2024-01-01' });
    cursor.observe(first, at('2024-01-03'));
    cursor.close(first);
    expect(cursor.state()).toEqual({ updated_at: '2024-01-03' });
    cursor.close(second);
    expect(cursor.state()).toEqual({ updated_at: '2024-01-09' });
  });

  it('does not pass the end of a window, since other pages may lack what changed meanwhile', () => {
    const cursor = cursorOf({});
    const [window = {}] = cursor.windows();
    cursor.observe(window, at('2024-05-01'));
    cursor.close(window);
    expect(cursor.state()).toEqual({ updated_at: '2024-01-10' });
  });

  it('is read in any of the formats, and as ISO 8601', () => {
    const formats = { cursor_datetime_formats: ['%s', '%d.%m.%Y'] };
    expect(cursorOf(formats, { updated_at: 1_704_499_200 }).state()).toEqual({ updated_at: '2024-01-06' });
    expect(cursorOf(formats, { updated_at: '06.01.2024' }).state()).toEqual({ updated_at: '2024-01-06' });
    expect(cursorOf(formats, { updated_at: '2024-01-06T10:00:00+02:00' }).state()).toEqual({
      updated_at: '2024-01-06',
    });
  });

  it('says that it cannot be gone on from when no format reads it', () => {
    expect(() => cursorOf({}, { updated_at: 'last week' })).toThrow(
      expect.objectContaining({ reason: 'cursor_expired' }),
    );
  });
});
