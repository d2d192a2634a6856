import fc from 'fast-check';
import { expect, test } from 'vitest';
import { strptime } from '../datetime/strptime.ts';
import { datetimeAxis } from './datetime-axis.ts';

const FORMAT = '%Y-%m-%dT%H:%M:%SZ';

test('moments in the usual form are those that the directives read', () => {
  const axis = datetimeAxis([FORMAT], FORMAT);
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
  const moment = fc
    .tuple(fc.integer({ min: 1000, max: 9999 }), two(13), two(32), two(24), two(60), two(60))
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  fc.assert(
    fc.property(moment, (text) => {
      const micros = strptime(text, FORMAT)?.micros;
      if (micros !== undefined) expect(axis.parse(text)).toBe(micros);
      else expect(axis.parse(text) ?? 'none').toBe(datetimeAxis([], FORMAT).parse(text) ?? 'none');
    }),
  );
});

test('a day that its month has not is no moment', () => {
  expect(datetimeAxis([FORMAT], FORMAT).parse('2026-02-30T00:00:00Z')).toBeUndefined();
});
