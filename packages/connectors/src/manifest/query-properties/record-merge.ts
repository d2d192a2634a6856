import type { Json } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';

/** Puts the parts of records together that came by several requests of one page. */
export interface RecordMerge {
  /** Takes records of one request; gives back those that have no key, which nothing can be merged with. */
  add(records: readonly MutableRecord[]): readonly MutableRecord[];
  /** The records with all their parts, in the order in which they were first seen. */
  merged(): readonly MutableRecord[];
}

/** Merges by the values of `keys`. Source: the schema's `GroupByKeyMergeStrategy`. */
export function mergeByKey(keys: readonly string[]): RecordMerge {
  const byKey = new Map<string, MutableRecord>();
  return {
    add: (records) =>
      records.filter((record) => {
        const key = keyOf(record, keys);
        if (key === undefined) return true;
        const known = byKey.get(key);
        if (known) mergeInto(known, record);
        else byKey.set(key, record);
        return false;
      }),
    merged: () => [...byKey.values()],
  };
}

function keyOf(record: MutableRecord, keys: readonly string[]): string | undefined {
  const values = keys.map((key) => (Object.hasOwn(record, key) ? record[key] : undefined));
  if (values.some((value) => value === undefined || value === null || value === '')) return undefined;
  return JSON.stringify(values);
}

/** Mappings are merged member by member; of everything else the later value stays. */
function mergeInto(target: MutableRecord, source: MutableRecord): void {
  for (const [key, value] of Object.entries(source)) {
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isMapping(known) && isMapping(value)) mergeInto(known, value);
    else if (key === '__proto__') continue;
    else target[key] = value;
  }
}

const isMapping = (value: Json | undefined): value is MutableRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
