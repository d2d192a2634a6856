import type { Json, JsonObject } from '@tributary/connectors/kit/json';

/** JSON types by field, each as its words in order, joined by `|`; `any` where nothing is told. */
export type FieldTypes = Readonly<Record<string, string>>;

export interface DeclaredFields {
  readonly fields: FieldTypes;
  /** Rows may have fields beside these. */
  readonly open: boolean;
}

/**
 * The top-level fields that a row's JSON Schema names. A schema that lists properties and says nothing of
 * `additionalProperties` is taken for the whole of it: so do the columns of a table come.
 */
export function declaredFields(schema: JsonObject): DeclaredFields {
  const { properties, additionalProperties } = schema;
  if (!isObject(properties)) return { fields: {}, open: additionalProperties !== false };
  return {
    fields: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, typeOfSchema(field)])),
    open: additionalProperties !== undefined && additionalProperties !== false,
  };
}

/** Nothing is said about nulls: that a field may be empty is no change of its type. */
function typeOfSchema(schema: Json | undefined): string {
  if (!isObject(schema)) return 'any';
  const { type, anyOf, oneOf, enum: values } = schema;
  if ('const' in schema) return typeOfValue(schema['const']);
  if (Array.isArray(values)) return joined(values.map(typeOfValue));
  if (typeof type === 'string') return joined([type]);
  if (Array.isArray(type)) return joined(type.map(String));
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return joined(choices.map(typeOfSchema));
  return 'any';
}

/** The type of a value as it will be stored. */
export function typeOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  // Dates, bytes and numbers beyond a double are stored as texts.
  return typeof value === 'object' && !(value instanceof Date || value instanceof Uint8Array) ? 'object' : 'string';
}

/** The type that takes the values of both. */
export function widened(one: string, other: string): string {
  return joined([...one.split('|'), ...other.split('|')]);
}

function joined(types: readonly string[]): string {
  const words = new Set(types.flatMap((type) => type.split('|')).filter((type) => type !== 'null'));
  if (words.has('any')) return 'any';
  if (words.has('number')) words.delete('integer');
  return words.size === 0 ? 'null' : [...words].toSorted().join('|');
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
