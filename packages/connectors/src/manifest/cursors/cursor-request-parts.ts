import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestParts, RequestPartsProvider } from '../model/request.ts';
import { requestOption } from '../requests/request-option.ts';
import type { RequestOption } from '../requests/request-option.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** A window's ends in the slice, and where the request takes them. */
export interface WindowOption {
  readonly field: string;
  readonly option: RequestOption;
}

/** `start_time_option`, `end_time_option`, `start_value_option` of a cursor: puts the ends of a slice's window into its requests. */
export function cursorRequestParts(options: readonly WindowOption[]): RequestPartsProvider {
  return {
    parts({ slice }) {
      let parts: RequestParts = {};
      for (const { field, option } of options) {
        const value = slice.cursorSlice[field] ?? slice.partition[field];
        if (value !== undefined && value !== null) parts = option.add(parts, value);
      }
      return parts;
    },
  };
}

/** The option of this name, when the definition has it. */
export function windowOption(
  definition: Component,
  name: string,
  field: string,
  build: Build,
): readonly WindowOption[] {
  const given = definition[name];
  return isJsonObject(given) ? [{ field, option: requestOption(given as Component, build) }] : [];
}
