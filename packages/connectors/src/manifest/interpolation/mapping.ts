import { isPlainObject } from './plain-object.ts';
import type { Fuel } from './fuel.ts';
import { PyDict } from './py-dict.ts';
import { PyHeaderMapping } from './py-header-mapping.ts';
import { PySliceMapping } from './py-slice-mapping.ts';

/** Every kind of mapping that a template can meet. */
export type Mapping = Record<string, unknown> | PyDict | PySliceMapping | PyHeaderMapping;

export const isMapping = (value: unknown): value is Mapping =>
  value instanceof PyDict ||
  value instanceof PySliceMapping ||
  value instanceof PyHeaderMapping ||
  isPlainObject(value);

/** The value at `key`; `undefined` when there is none. Only own members count. */
export function mappingGet(mapping: Mapping, key: unknown): unknown {
  if (mapping instanceof PyDict) return mapping.get(key);
  if (typeof key !== 'string') return undefined;
  if (mapping instanceof PyHeaderMapping) return own(mapping.fields, key.toLowerCase());
  return own(mapping instanceof PySliceMapping ? mapping.fields : mapping, key);
}

export const mappingHas = (mapping: Mapping, key: unknown): boolean =>
  mapping instanceof PyDict ? mapping.has(key) : mappingGet(mapping, key) !== undefined;

/** Its members; they are paid for before they are made. */
export function mappingEntries(mapping: Mapping, fuel: Fuel): (readonly [unknown, unknown])[] {
  if (mapping instanceof PyDict) {
    fuel.spend(mapping.size);
    return [...mapping.entries()];
  }
  const fields = fieldsOf(mapping);
  const keys = Object.keys(fields);
  fuel.spend(keys.length);
  const entries: (readonly [unknown, unknown])[] = [];
  for (const key of keys) {
    const value = fields[key];
    if (value !== undefined) entries.push([key, value]);
  }
  return entries;
}

export function mappingSize(mapping: Mapping, fuel: Fuel): number {
  if (mapping instanceof PyDict) return mapping.size;
  const fields = fieldsOf(mapping);
  const keys = Object.keys(fields);
  fuel.spend(keys.length);
  let size = 0;
  for (const key of keys) if (fields[key] !== undefined) size += 1;
  return size;
}

const fieldsOf = (mapping: Exclude<Mapping, PyDict>): Readonly<Record<string, unknown>> =>
  mapping instanceof PySliceMapping || mapping instanceof PyHeaderMapping ? mapping.fields : mapping;

const own = (fields: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;
