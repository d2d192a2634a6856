import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** The value when it is a mapping; lists and everything else give `undefined`. */
export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The mappings among the members of a list; anything that is no list has none. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
