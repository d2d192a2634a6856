import type { Json } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, Transformation } from '../model/records.ts';
import type { TemplateContext } from '../model/template.ts';
import { isMapping } from '../records/is-mapping.ts';
import { pathOfTemplates } from '../records/path-of-templates.ts';
import { templateContext } from '../interpolation/template-context.ts';
import { replaceFields } from './replace-fields.ts';

/**
 * Builds `DpathFlattenFields`: the fields of the object at `field_path` (the first one that matches) move to the top of the record, with
 * the prefix and suffix of `key_transformation`; nothing happens when one of them is there already. `replace_record` makes
 * them the whole record.
 */
export function buildDpathFlattenFields(definition: Component, build: Build): Transformation {
  const context = templateContext(build, definition);
  const path = pathOfTemplates(definition['field_path'], context);
  const { delete_origin_value: deletesOrigin, replace_record: replaces } = definition;
  const named = keyNaming(definition['key_transformation'] as Component | undefined, context);
  return {
    changesInside: deletesOrigin === true && !path.isExact,
    transform(record) {
      const found = path.first(record as Json);
      if (!isMapping(found)) return;
      const fields = Object.entries(found).map(([name, value]) => [named(name), value] as const);
      if (replaces === true && fields.length > 0) replaceFields(record, fields);
      else if (!fields.some(([name]) => Object.hasOwn(record, name))) {
        if (deletesOrigin === true) path.remove(record as Json);
        addFields(record, fields);
      }
    },
  };
}

function addFields(record: MutableRecord, fields: readonly (readonly [string, Json | undefined])[]): void {
  for (const [name, value] of fields) if (name !== '__proto__') record[name] = value;
}

function keyNaming(definition: Component | undefined, context: TemplateContext): (name: string) => string {
  const [prefix = '', suffix = ''] = [definition?.['prefix'], definition?.['suffix']].map((text) =>
    typeof text === 'string' ? interpolatedText(text).evaluate(context) : '',
  );
  return prefix === '' && suffix === '' ? (name) => name : (name) => `${prefix}${name}${suffix}`;
}
