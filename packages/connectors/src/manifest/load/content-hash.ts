import { createHash } from 'node:crypto';
import type { Json } from '../../kit/json.ts';
import { isObject } from './is-object.ts';

/** SHA-256, as hex digits, of a value whatever the order of its keys. */
export const contentHash = (value: Json): string => createHash('sha256').update(canonical(value)).digest('hex');

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  const members = keys.flatMap((key) =>
    value[key] === undefined ? [] : `${JSON.stringify(key)}:${canonical(value[key])}`,
  );
  return `{${members.join(',')}}`;
}
