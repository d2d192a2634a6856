import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Transformation } from '../model/records.ts';
import { fieldPath } from '../records/field-path.ts';
import { templateContext } from '../interpolation/template-context.ts';
import { plainText } from '../records/plain-text.ts';
import { plainTexts } from '../records/plain-texts.ts';

/**
 * Builds `RemoveFields`: what lies at the pointers goes; what is not there is no error. With a `condition` only plain values go for
 * which it holds; it sees the value as `property`.
 */
export function buildRemoveFields(definition: Component, build: Build): Transformation {
  const pointers = ((definition['field_pointers'] ?? []) as readonly Json[]).map((pointer) =>
    fieldPath(Array.isArray(pointer) ? plainTexts(pointer) : [plainText(pointer)]),
  );
  const { condition } = definition;
  const holds = typeof condition === 'string' && condition !== '' ? interpolatedBoolean(condition) : undefined;
  const context: Record<string, unknown> = { ...templateContext(build, definition) };
  const wants =
    holds &&
    ((property: Json): boolean => {
      context['property'] = property;
      return holds.evaluate(context);
    });
  return {
    changesInside: wants !== undefined || pointers.some(({ isExact }) => !isExact),
    transform(record) {
      for (const pointer of pointers) pointer.remove(record as Json, wants);
    },
  };
}
