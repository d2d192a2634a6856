import { templateContext } from '../interpolation/template-context.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { cursorFieldOf } from './cursor-field.ts';
import type { CursorAxis, WindowSettingsSource } from './window-settings.ts';
import { plainText } from './plain-text.ts';

const COUNTS: CursorAxis = {
  parse(value) {
    const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof count !== 'number' || !Number.isFinite(count)) return undefined;
    const whole = Math.trunc(count);
    return typeof value === 'string' && !Number.isSafeInteger(whole) ? notAbove(value.trim(), whole) : whole;
  },
  format: (point) => point,
};

/** The nearest number that is not above the count in `text`: a state that is too high would pass records over. */
function notAbove(text: string, nearest: number): number {
  if (!/^[+-]?\d+$/.test(text) || BigInt(text) >= BigInt(nearest)) return nearest;
  return nearest - Math.abs(nearest) * Number.EPSILON;
}

/** Compiles an `IncrementingCountCursor`: one window from the last count on, without an end. */
export function countSettings(definition: Component, build: Build): WindowSettingsSource {
  const names = { cursorField: cursorFieldOf(definition, build), startField: 'start', endField: 'end' };
  const context = templateContext(build, definition);
  const startValue = interpolatedText(plainText(definition['start_value'] ?? 0));
  const start = (): number => COUNTS.parse(startValue.evaluate(context)) ?? 0;
  return {
    ...names,
    forRead: () => ({
      ...names,
      axis: COUNTS,
      start: start(),
      end: Infinity,
      latest: () => Infinity,
      neighbour: (point) => point + 1,
      lookBack: (point) => point,
      lookBackSeconds: (point) => point,
      strict: false,
    }),
  };
}
