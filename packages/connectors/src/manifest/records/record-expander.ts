import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord } from '../model/records.ts';
import { isMapping } from './is-mapping.ts';
import { pathOfTemplates } from './path-of-templates.ts';
import { fixedContext } from './record-context.ts';

/** Puts the elements of nested lists in the place of the record that holds them. */
export type Expand = (record: Json) => Iterable<Json>;

/**
 * Builds a `RecordExpander`. Elements that are objects are copied, so that the record and they can be changed apart; with
 * `remain_original_record` each gets its own copy of the record as `original_record`.
 */
export function buildRecordExpander(definition: Component, build: Build): Expand {
  const path = pathOfTemplates(definition['expand_records_from_field'], fixedContext(definition, build));
  const keepsOriginal = definition['remain_original_record'] === true;
  const emitsParent = definition['on_no_records'] === 'emit_parent';
  const expanded = (item: Json, record: MutableRecord): Json => {
    if (keepsOriginal) {
      const own = isMapping(item) ? item : { value: item };
      return { ...own, original_record: structuredClone(record) as Json };
    }
    return isMapping(item) ? { ...item } : item;
  };
  return (record) => {
    if (!isMapping(record)) return [record];
    const items = path.all(record as Json).flatMap((list) => (Array.isArray(list) ? (list as Json[]) : []));
    if (items.length > 0) return items.map((item) => expanded(item, record));
    return emitsParent ? [record as Json] : [];
  };
}
