import type { Json, JsonObject } from '../../kit/json.ts';

/** Neither a list nor a plain value. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
