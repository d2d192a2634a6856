import type { Transformation } from '../model/records.ts';
import { replaceFields } from './replace-fields.ts';
import { snakeCase } from './snake-case.ts';

/** Keys that are remembered; sources have a few hundred, and those with keys made of data must not fill the memory. */
const MOST_KNOWN = 10_000;

/** `KeysToSnakeCase`: the record's own keys in snake case; of two that become the same the later one stays. */
export function keysToSnakeCase(): Transformation {
  const known = new Map<string, string>();
  const snake = (name: string): string => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const changed = snakeCase(name);
    if (known.size < MOST_KNOWN) known.set(name, changed);
    return changed;
  };
  return {
    transform(record) {
      const names = Object.keys(record);
      if (names.every((name) => name === snake(name))) return;
      replaceFields(
        record,
        names.map((name) => [snake(name), record[name]] as const),
      );
    },
  };
}
