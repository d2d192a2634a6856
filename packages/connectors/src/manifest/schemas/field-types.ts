import { isDeepStrictEqual } from 'node:util';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { TemplateContext } from '../model/template.ts';

/** The types of the protocol, as JSON Schema. Source: the protocol's data types (docs.airbyte.com, "Data Types"). */
const TYPES: Readonly<Record<string, JsonObject>> = {
  string: { type: ['null', 'string'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  timestamp_without_timezone: {
    type: ['null', 'string'],
    format: 'date-time',
    airbyte_type: 'timestamp_without_timezone',
  },
  timestamp_with_timezone: { type: ['null', 'string'], format: 'date-time' },
  time_without_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_without_timezone' },
  time_with_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_with_timezone' },
  integer: { type: ['null', 'integer'] },
  number: { type: ['null', 'number'] },
  array: { type: ['null', 'array'] },
  object: { type: ['null', 'object'] },
};

/**
 * Makes the function that gives the JSON Schema of a field from what the source calls its type. The first mapping that fits
 * counts; its condition sees the whole field as `raw_schema`. A type that nothing knows is a text, and `onUnknown` is told
 * once. Source: the schema's `TypesMap` and `ComplexFieldType`.
 */
export function fieldTypes(
  mappings: readonly Json[],
  context: TemplateContext,
  onUnknown: (type: string) => void,
): (type: Json, field: Json) => JsonObject {
  const compiled = mappings.filter(isObject).map(({ current_type: current, target_type: target, condition }) => ({
    current: current ?? null,
    target: target ?? null,
    applies: typeof condition === 'string' ? interpolatedBoolean(condition) : undefined,
  }));
  const told = new Set<string>();
  const named = (name: string): JsonObject => {
    const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (!known && !told.has(name)) {
      told.add(name);
      onUnknown(JSON.stringify(name.slice(0, 60)));
    }
    return { ...(known ?? TYPES['string']) };
  };
  const schemaOf = (target: Json): JsonObject => {
    if (typeof target === 'string') return named(target);
    if (Array.isArray(target) && target.length === 2 && target.every((name) => typeof name === 'string')) {
      return { oneOf: target.map((name) => named(name)) };
    }
    if (isObject(target) && typeof target['field_type'] === 'string') {
      return complex(target['field_type'], target['items'], named, schemaOf);
    }
    throw new ConnectorError(
      'configuration',
      'A type of "types_mapping" must be a name, two names, or a "field_type" with its "items".',
    );
  };
  return (type, field) => {
    const mapping = compiled.find(
      ({ current, applies }) =>
        isDeepStrictEqual(current, type) && (!applies || applies.evaluate({ ...context, raw_schema: field })),
    );
    return schemaOf(mapping ? mapping.target : type);
  };
}

function complex(
  fieldType: string,
  items: Json | undefined,
  named: (name: string) => JsonObject,
  schemaOf: (type: Json) => JsonObject,
): JsonObject {
  if (items === undefined || items === null) return named(fieldType);
  if (fieldType !== 'array') {
    throw new ConnectorError('configuration', '"items" of a type belong to the "field_type" "array" only.');
  }
  return { ...named(fieldType), items: schemaOf(items) };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
