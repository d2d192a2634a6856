import type { Json } from '../../kit/json.ts';

/** The text of a manifest's field: numbers and booleans as JSON writes them; nothing gives `otherwise`. */
export function plainText(value: Json | undefined, otherwise = ''): string {
  if (value === undefined || value === null) return otherwise;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
