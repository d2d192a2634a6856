import type { Json } from '../../kit/json.ts';

/** What Python takes for false; absent counts as well. */
export function isFalsy(value: Json | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}
