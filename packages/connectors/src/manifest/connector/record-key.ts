import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { valueAtPath } from './value-at-path.ts';

/**
 * The key of a record from the paths of its parts. A record without a whole key has the hash of its content instead, so that
 * the same record keeps its key from read to read.
 */
export function recordKey(paths: readonly (readonly string[])[], record: JsonObject): string {
  const parts = paths.map((path) => valueAtPath(record, path));
  const whole = parts.length > 0 && parts.every((part) => part !== undefined && part !== null && part !== '');
  if (!whole) return `sha256:${createHash('sha256').update(canonicalJson(record)).digest('hex').slice(0, 40)}`;
  const [only] = parts;
  if (parts.length === 1 && typeof only !== 'object') return String(only);
  return canonicalJson(parts.length === 1 ? (only ?? null) : (parts as Json[]));
}
