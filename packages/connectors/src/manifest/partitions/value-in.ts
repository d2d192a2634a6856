import type { Json } from '../../kit/json.ts';

/** The value at a path inside a record; `undefined` when there is none. Numbers are places in lists. */
export function valueIn(record: unknown, path: readonly string[]): Json | undefined {
  let value = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value as Json | undefined;
}
