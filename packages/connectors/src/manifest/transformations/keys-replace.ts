import type { Json } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, Transformation } from '../model/records.ts';
import { isMapping } from '../records/is-mapping.ts';
import { recordContext } from '../records/record-context.ts';
import { replaceFields } from './replace-fields.ts';
import { plainText } from '../records/plain-text.ts';

/** Builds `KeysReplace`: `old` becomes `new` in every key of the record and of the objects in it, not of those in lists. */
export function buildKeysReplace(definition: Component, build: Build): Transformation {
  const [from, to] = [definition['old'], definition['new']].map((text) => interpolatedText(plainText(text)));
  const context = recordContext(definition, build);
  return {
    transform(record, place) {
      const variables = context(record, place);
      const [old, fresh] = [from?.evaluate(variables) ?? '', to?.evaluate(variables) ?? ''];
      replaceFields(record, renamed(record, old, fresh));
    },
  };
}

function renamed(fields: MutableRecord, old: string, fresh: string): (readonly [string, Json | undefined])[] {
  return Object.entries(fields).map(([name, value]) => [
    // A function, as `$&` in a replacement has a meaning of its own.
    name.replaceAll(old, () => fresh),
    isMapping(value) ? (Object.fromEntries(renamed(value, old, fresh)) as Json) : value,
  ]);
}
