import type { JsonObject } from '../../kit/json.ts';

/** An object with members, as against lists and plain values. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
