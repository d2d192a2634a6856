import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { cursorFieldOf } from './cursor-field.ts';
import type { CursorAxis, WindowSettingsSource } from './window-settings.ts';

const COUNTS: CursorAxis = {
  parse(value) {
    const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof count === 'number' && Number.isFinite(count) ? Math.trunc(count) : undefined;
  },
  format: (point) => point,
};

/** Compiles an `IncrementingCountCursor`: one window from the last count on, without an end. */
export function countSettings(definition: Component, build: Build): WindowSettingsSource {
  const names = { cursorField: cursorFieldOf(definition, build), startField: 'start', endField: 'end' };
  const parameters = definition.$parameters ?? {};
  const startValue = interpolatedText(String(definition['start_value'] ?? 0));
  const start = (): number =>
    COUNTS.parse(startValue.evaluate({ config: build.config, parameters, options: parameters })) ?? 0;
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
