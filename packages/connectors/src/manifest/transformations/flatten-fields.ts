import type { Json } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, Transformation } from '../model/records.ts';
import { replaceFields } from './replace-fields.ts';

/**
 * Builds `FlattenFields`: values of nested objects move to the top under their own names, and under those with their parents' names
 * before them where a name is taken, or once a list was flattened; empty objects and lists go. Fields are taken in the
 * order of the CDK (the last ones first), as the names depend on it.
 */
export function buildFlattenFields(definition: Component): Transformation {
  const flattensLists = definition['flatten_lists'] !== false;
  return { transform: (record) => replaceFields(record, flattened(record, flattensLists)) };
}

function flattened(record: MutableRecord, flattensLists: boolean): Map<string, Json | undefined> {
  const flat = new Map<string, Json | undefined>();
  const waiting: [Json | undefined, string][] = [[record as Json, '_']];
  let isInList = false;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, name] = next;
    if (Array.isArray(value) && flattensLists) {
      isInList ||= value.length > 0;
      (value as Json[]).forEach((item, index) => waiting.push([item, `${name}.${index}`]));
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value as MutableRecord)) {
        waiting.push([inner, isInList || flat.has(key) ? `${name}.${key}` : key]);
      }
    } else flat.set(name, value);
  }
  return flat;
}
