import type { Json, JsonObject } from '../../kit/json.ts';

/** What stands at a path of a record; `undefined` when there is nothing. */
export function valueAtPath(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as JsonObject)[part];
  }
  return value;
}

/** The path that a person wrote: a field of that very name, or dotted names. */
export function pathIn(record: JsonObject, written: string): readonly string[] {
  return Object.hasOwn(record, written) ? [written] : written.split('.');
}
