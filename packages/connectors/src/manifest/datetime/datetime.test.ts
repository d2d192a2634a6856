import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration, parseDuration, subtractDuration } from './duration.ts';
import { formatDatetime } from './format-datetime.ts';
import { parseDatetime } from './parse-datetime.ts';
import { parseIsoDatetime } from './parse-iso-datetime.ts';
import { pythonFloatText } from './python-float-text.ts';

const iso = (text: string, format: string): string =>
  formatDatetime(parseDatetime(text, format), '%Y-%m-%dT%H:%M:%S.%f%z');

describe('reading by a format', () => {
  // What strptime of Python 3.11 gives; moments without an offset have none.
  test.each([
    ['2021-01-01T00:00:00.123+0400', '%Y-%m-%dT%H:%M:%S.%f%z', '2021-01-01T00:00:00.123000+0400'],
    ['2021-01-01T00:00:00-05:30', '%Y-%m-%dT%H:%M:%S%z', '2021-01-01T00:00:00.000000-0530'],
    ['2021-01-01T00:00:00Z', '%Y-%m-%dT%H:%M:%S%z', '2021-01-01T00:00:00.000000+0000'],
    ['2021-11-22T08:41:55.640Z', '%Y-%m-%dT%H:%M:%S.%_msZ', '2021-11-22T08:41:55.640000'],
    ['Mon, 02 Feb 2026 03:04:05 GMT', '%a, %d %b %Y %H:%M:%S %Z', '2026-02-02T03:04:05.000000'],
    ['5 march 24 11:07 pm', '%d %B %y %I:%M %p', '2024-03-05T23:07:00.000000'],
    ['2024-366', '%Y-%j', '2024-12-31T00:00:00.000000'],
    ['2024 10 1', '%Y %U %w', '2024-03-11T00:00:00.000000'],
    ['2024 10 Sun', '%Y %W %a', '2024-03-10T00:00:00.000000'],
    ['2020-W53-5', '%G-W%V-%u', '2021-01-01T00:00:00.000000'],
    ['02/29/2024', '%m/%d/%Y', '2024-02-29T00:00:00.000000'],
    ['1609459200', '%s', '2021-01-01T00:00:00.000000+0000'],
    ['1675092508.873709', '%s_as_float', '2023-01-30T15:28:28.873709+0000'],
    ['1609459200001', '%ms', '2021-01-01T00:00:00.001000+0000'],
    ['1675092508873709', '%epoch_microseconds', '2023-01-30T15:28:28.873709+0000'],
    ['9999-12-31T23:59:59.999999', '%Y-%m-%dT%H:%M:%S.%f', '9999-12-31T23:59:59.999000'],
    ['0001-01-01', '%Y-%m-%d', '1-01-01T00:00:00.000000'],
  ])('%s as %s', (text, format, expected) => {
    expect(iso(text, format)).toBe(expected);
  });

  test.each([
    ['2021-02-29', '%Y-%m-%d'],
    ['2021-13-01', '%Y-%m-%d'],
    ['2021-01-01 ', '%Y-%m-%d'],
    ['2021-01-01T00:00:00', '%Y-%m-%d'],
    ['24:00', '%H:%M'],
    ['1.5', '%s'],
    ['', '%s_as_float'],
    ['abc', '%s'],
    ['2021', '%Q'],
  ])('%s as %s is refused, without the text in the message', (text, format) => {
    expect(() => parseDatetime(text, format)).toThrow(`A date does not have the format "${format}"`);
  });

  test('numbers are read as their texts', () => {
    expect(parseDatetime(1_609_459_200, '%s').micros).toBe(1_609_459_200_000_000);
    expect(parseDatetime(20_210_101, '%Y%m%d').micros).toBe(1_609_459_200_000_000);
  });
});

test('directives are written as Python writes them', () => {
  const instant = parseDatetime('2024-03-05T07:08:09.010203+05:30', '%Y-%m-%dT%H:%M:%S.%f%z');
  const shown = (format: string): string => formatDatetime(instant, format);
  expect(shown('%a %A %b %B %d %e %j %m %y %H %I %M %S %p')).toBe(
    'Tue Tuesday Mar March 05  5 065 03 24 07 07 08 09 AM',
  );
  expect(shown('%U %W %u %w %G-W%V')).toBe('09 10 2 2 2024-W10');
  expect(shown('%F %T %R %D %c')).toBe('2024-03-05 07:08:09 07:08 03/05/24 Tue Mar  5 07:08:09 2024');
  expect(shown('%z %:z %Z %% %-d %-m')).toBe('+0530 +05:30 UTC+05:30 % 5 3');
  expect(shown('%s')).toBe('1709602689');
  expect(shown('%ms')).toBe('1709602689010');
  expect(shown('%s_as_float')).toBe('1709602689.010203');
  expect(shown('%epoch_microseconds')).toBe('1709602689010203');
  expect(shown('%H:%M:%S.%_ms')).toBe('07:08:09.010');
});

test('ISO 8601 is read in all its usual writings, and nothing else', () => {
  const micros = (text: string): number | undefined => parseIsoDatetime(text)?.micros;
  const day = Date.UTC(2022, 1, 28) * 1000;
  for (const text of [
    '2022-02-28',
    '20220228',
    '2022-02-28T00:00Z',
    '2022-02-28 00:00:00Z',
    '20220228T000000Z',
    '2022-02-28T00:00:00.000+00:00',
    '2022-02-27T24:00:00',
    '2022-02-27T16:00:00-08',
  ]) {
    expect([text, micros(text)]).toEqual([text, day]);
  }
  expect(micros('2022-02-28T00:00:00.1234567')).toBe(day + 123_456);
  for (const text of ['', '2022-02-30', 'today', '2022-02-28T25:00', '28.02.2022', '2022-02-28T00:00:60'])
    expect(micros(text)).toBeUndefined();
});

test('durations move by months to the last day of a shorter one, and by exact time', () => {
  const from = parseDatetime('2024-01-31T12:00:00', '%Y-%m-%dT%H:%M:%S');
  const after = (duration: string): string =>
    formatDatetime(addDuration(from, parseDuration(duration)), '%Y-%m-%dT%H:%M:%S.%f');
  expect(after('P1M')).toBe('2024-02-29T12:00:00.000000');
  expect(after('P1Y1M1DT1H')).toBe('2025-03-01T13:00:00.000000');
  expect(after('PT0.000001S')).toBe('2024-01-31T12:00:00.000001');
  expect(after('P2W')).toBe('2024-02-14T12:00:00.000000');
  expect(after('-P1D')).toBe('2024-01-30T12:00:00.000000');
  expect(formatDatetime(subtractDuration(from, parseDuration('P3M')), '%F')).toBe('2023-10-31');
  for (const text of ['', 'P', 'PT', '1D', 'P1H', 'P1D2', 'PT1D'])
    expect(() => parseDuration(text)).toThrow('ISO 8601');
});

test('what is written by a format is read back by it', () => {
  const format = '%Y-%m-%dT%H:%M:%S.%f%z';
  fc.assert(
    fc.property(
      fc.integer({ min: -30_000_000_000_000_000, max: 9_000_000_000_000_000 }),
      fc.integer({ min: -1439, max: 1439 }),
      (micros, offsetMinutes) => {
        const instant = { micros, offsetMinutes };
        const back = parseDatetime(formatDatetime(instant, format), format);
        expect(back.offsetMinutes).toBe(offsetMinutes);
        expect(Math.abs(back.micros - micros)).toBeLessThanOrEqual(Number.isSafeInteger(micros) ? 0 : 1000);
      },
    ),
  );
});

test('floats are written as Python writes them', () => {
  const texts = [1, 1e16, 1e15, 1e-4, 1e-5, 1.5e-7, 5e-324, 123456789.12345679, -0, 0.1 + 0.2, 1e22, Infinity].map(
    pythonFloatText,
  );
  expect(texts).toEqual([
    '1.0',
    '1e+16',
    '1000000000000000.0',
    '0.0001',
    '1e-05',
    '1.5e-07',
    '5e-324',
    '123456789.12345679',
    '-0.0',
    '0.30000000000000004',
    '1e+22',
    'inf',
  ]);
});
