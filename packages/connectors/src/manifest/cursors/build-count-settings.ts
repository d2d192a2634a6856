import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { cursorFieldOf } from './cursor-field.ts';
import type { CursorAxis, WindowSettings } from './window-settings.ts';

const COUNTS: CursorAxis = {
  parse(value) {
    const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof count === 'number' && Number.isFinite(count) ? Math.trunc(count) : undefined;
  },
  format: (point) => point,
};

/** Compiles an `IncrementingCountCursor`: one window from the last count on, without an end. */
export function countSettings(definition: Component, build: Build): () => WindowSettings {
  const cursorField = cursorFieldOf(definition, build);
  const parameters = definition.$parameters ?? {};
  const startValue = interpolatedText(String(definition['start_value'] ?? 0));
  return () => ({
    axis: COUNTS,
    cursorField,
    startField: 'start',
    endField: 'end',
    start: COUNTS.parse(startValue.evaluate({ config: build.config, parameters, options: parameters })) ?? 0,
    end: Infinity,
    latest: () => Infinity,
    neighbour: (point) => point + 1,
    lookBack: (point) => point,
    lookBackSeconds: (point) => point,
    strict: false,
  });
}
