import type { Json } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';

type Container = MutableRecord | (Json | undefined)[];

const isIndex = (segment: string | undefined): boolean => segment !== undefined && /^\d+$/.test(segment);
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Lists are not grown beyond this, whatever index a path names. */
const LONGEST_LIST = 100_000;

/**
 * Puts a value at a path of a record, as dpath does it: objects on the way are made, lists where the next segment is an index,
 * and lists are filled up with `null`. `false` when a plain value stands on the way.
 */
export function setField(record: MutableRecord, path: readonly string[], value: Json): boolean {
  let holder: Container = record;
  for (const [at, segment] of path.entries()) {
    const isLast = at === path.length - 1;
    const key = keyIn(holder, segment);
    if (key === undefined) return false;
    if (isLast) return put(holder, key, value);
    const there = valueAt(holder, key);
    const next: unknown = there === undefined ? (isIndex(path[at + 1]) ? [] : {}) : there;
    if (!isContainer(next)) return false;
    // What lies inside of the record may be looked at by others: it is exchanged, and not changed.
    const own: Container = Array.isArray(next) ? [...next] : { ...next };
    put(holder, key, own as Json);
    holder = own;
  }
  return true;
}

function keyIn(holder: Container, segment: string): string | number | undefined {
  if (!Array.isArray(holder)) return segment;
  return isIndex(segment) && Number(segment) < LONGEST_LIST ? Number(segment) : undefined;
}

function valueAt(holder: Container, key: string | number): Json | undefined {
  if (Array.isArray(holder)) return holder[Number(key)];
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function put(holder: Container, key: string | number, value: Json): true {
  if (Array.isArray(holder)) {
    while (holder.length < Number(key)) holder.push(null);
    holder[Number(key)] = value;
  } else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  return true;
}
