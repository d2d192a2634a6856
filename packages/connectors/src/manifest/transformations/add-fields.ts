import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedString } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, Transformation } from '../model/records.ts';
import type { Interpolated } from '../model/template.ts';
import { recordContext } from '../records/record-context.ts';
import { setField } from './set-field.ts';
import { plainText } from '../records/plain-text.ts';
import { plainTexts } from '../records/plain-texts.ts';

interface AddedField {
  readonly path: readonly string[];
  readonly value: Interpolated;
}

type ValueType = 'string' | 'integer' | 'number' | 'boolean';

/**
 * Builds `AddFields`: each value is evaluated against the record as the fields before it left it, and put at its path, whose objects
 * and lists are made on the way. `condition` sees `value` and `path` of the field.
 */
export function buildAddFields(definition: Component, build: Build, stream: StreamContext): Transformation {
  const fields = ((definition['fields'] ?? []) as readonly Component[]).map((field) => addedField(field, stream));
  const { condition } = definition;
  const holds = typeof condition === 'string' && condition !== '' ? interpolatedBoolean(condition) : undefined;
  const context = recordContext(definition, build);
  const wrong = (path: readonly string[]): ConnectorError =>
    new ConnectorError(
      'configuration',
      `Stream "${stream.name}": AddFields cannot set "${path.join('.')}", as what stands on the way is no object; ` +
        'change the path in the manifest.',
    );
  return {
    transform(record, place) {
      for (const { path, value } of fields) {
        const variables = context(record, place);
        const result = value.evaluate(variables) as Json;
        if (holds && !holds.evaluate({ ...variables, value: result, path })) continue;
        if (path.length === 1) setTop(record, path[0] ?? '', result);
        else if (!setField(record, path, result)) throw wrong(path);
      }
    },
  };
}

// A field by this name would change the object itself instead of its fields.
const setTop = (record: MutableRecord, name: string, value: Json): void => {
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  else record[name] = value;
};

function addedField({ path, value, value_type: type }: Component, stream: StreamContext): AddedField {
  if (!Array.isArray(path) || path.length === 0) {
    throw new ConnectorError('configuration', `Stream "${stream.name}": a field of AddFields has no path; name one.`);
  }
  const options = typeof type === 'string' ? { validTypes: [type as ValueType] } : {};
  return { path: plainTexts(path), value: interpolatedString(plainText(value), options) };
}
