import { isPlainObject } from './plain-object.ts';
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

export function mappingEntries(mapping: Mapping): (readonly [unknown, unknown])[] {
  if (mapping instanceof PyDict) return [...mapping.entries()];
  return Object.entries(fieldsOf(mapping)).filter(([, value]) => value !== undefined);
}

/** Without going over all members. */
export function mappingIsEmpty(mapping: Mapping): boolean {
  if (mapping instanceof PyDict) return mapping.size === 0;
  const fields = fieldsOf(mapping);
  for (const key in fields) {
    if (Object.hasOwn(fields, key) && fields[key] !== undefined) return false;
  }
  return true;
}

export function mappingSize(mapping: Mapping): number {
  if (mapping instanceof PyDict) return mapping.size;
  const fields = fieldsOf(mapping);
  let size = 0;
  for (const key of Object.keys(fields)) if (fields[key] !== undefined) size += 1;
  return size;
}

const fieldsOf = (mapping: Exclude<Mapping, PyDict>): Readonly<Record<string, unknown>> =>
  mapping instanceof PySliceMapping || mapping instanceof PyHeaderMapping ? mapping.fields : mapping;

const own = (fields: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;
