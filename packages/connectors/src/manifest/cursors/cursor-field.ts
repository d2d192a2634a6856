import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';

/** The field that a cursor goes by: its own, or the user's where the manifest leaves the choice. */
export function cursorFieldOf(definition: Component, build: Build): string {
  const chosen = build.ctx.options.cursorField;
  if (definition['allow_catalog_defined_cursor_field'] === true && chosen !== undefined && chosen !== '') return chosen;
  const parameters = definition.$parameters ?? {};
  return interpolatedText(String(definition['cursor_field'])).evaluate({
    config: build.config,
    parameters,
    options: parameters,
  });
}
