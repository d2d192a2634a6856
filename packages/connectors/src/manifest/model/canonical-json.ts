import type { Json } from '../../kit/json.ts';
import { isJsonObject } from './is-json-object.ts';

/** JSON whose objects have their names in order, so that equal values are equal texts; absent is `null`. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .toSorted()
    .flatMap((key) => (value[key] === undefined ? [] : `${JSON.stringify(key)}:${canonicalJson(value[key])}`));
  return `{${members.join(',')}}`;
}
