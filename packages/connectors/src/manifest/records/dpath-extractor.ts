import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Extractor, MutableRecord } from '../model/records.ts';
import { isTruthy } from './is-truthy.ts';
import { pathOfTemplates } from './path-of-templates.ts';
import { templateContext } from '../interpolation/template-context.ts';
import { buildRecordExpander } from './record-expander.ts';

/**
 * Builds a `DpathExtractor`: what lies at `field_path` of a body. A list gives its elements, an object one record, and what
 * Python takes for false nothing. Patterns (`*`) give what they match.
 */
export function buildDpathExtractor(definition: Component, build: Build): Extractor {
  const path = pathOfTemplates(definition['field_path'], templateContext(build, definition));
  const { record_expander: expander } = definition;
  const expand = expander && buildRecordExpander(expander as Component, build);
  const found = (body: Json): readonly Json[] => {
    const value = path.isExact ? path.first(body) : path.all(body);
    if (Array.isArray(value)) return value as readonly Json[];
    return value !== undefined && isTruthy(value) ? [value] : [];
  };
  // Elements that are no objects are the selector's to refuse: a custom part in between may know what they are.
  const recordsOf = (item: Json): readonly MutableRecord[] => (expand ? [...expand(item)] : [item]) as MutableRecord[];
  // A number may be the name of a field or an index: that cannot be told before the document is there.
  const isPlain = path.isExact && !path.segments.some((segment) => /^\d+$/.test(segment));
  return {
    extract: (body) => (expand ? found(body).flatMap(recordsOf) : (found(body) as readonly MutableRecord[])),
    ...(isPlain && { list: { path: path.segments, recordsOf } }),
  };
}
