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
  if (parts.length === 0 || !parts.every(isPart)) return hashOf(canonicalJson(record));
  const [only] = parts;
  if (parts.length > 1 || typeof only === 'object')
    return canonicalJson(parts.length === 1 ? (only ?? null) : (parts as Json[]));
  const key = String(only);
  // Stores write half characters as one and the same sign, and two records would become one.
  return key.isWellFormed() ? key : hashOf(JSON.stringify(key));
}

/** A number that is none, as of `1e999`, could be any; it is no part of a key. */
const isPart = (part: Json | undefined): boolean =>
  part !== undefined && part !== null && part !== '' && (typeof part !== 'number' || Number.isFinite(part));

const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
