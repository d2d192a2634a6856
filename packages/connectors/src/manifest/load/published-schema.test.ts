import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PRIMARY_KEY } from './components/primary-key.ts';
import { SCHEMA_NORMALIZATION } from './components/schema-normalization.ts';
import { SCHEMAS } from './components/schemas.ts';
import { VALUE_TYPE } from './components/value-type.ts';
import { DECLARATIONS } from './declarations.ts';
import { tagOf } from './declaration-tag.ts';
import type { FieldDeclaration, Fields, Shape } from './declaration.ts';

const dir = process.env['CONFORMANCE_DIR'];

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly $ref?: string;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly interpolation_context?: readonly string[];
  readonly minimum?: number;
  readonly minItems?: number;
}

const VALUES = new Map([PRIMARY_KEY, SCHEMA_NORMALIZATION, SCHEMAS, VALUE_TYPE].map((value) => [value.name, value]));
const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);

/** A schema and our shapes, both as sorted texts. */
function published(schema: Schema): readonly string[] {
  if (schema.$ref !== undefined) {
    const value = VALUES.get(nameOf(schema.$ref));
    return value ? ours(value.shapes) : [`component ${nameOf(schema.$ref)}`];
  }
  if (schema.anyOf) return schema.anyOf.flatMap(published).toSorted();
  if (schema.enum) return [`one of ${schema.enum.join(' ')}`];
  if (Array.isArray(schema.type))
    return (schema.type as string[]).map((type) => (type === 'array' ? 'list' : type)).toSorted();
  if (schema.type === 'array') return [`list of ${published(schema.items ?? {}).join(', ')}`];
  return publishedObject(schema);
}

function publishedObject(schema: Schema): readonly string[] {
  const { properties, additionalProperties, type } = schema;
  const tag = inlineTag(schema);
  if (tag !== undefined) return [`component ${tag}`];
  if (properties) return [`object ${Object.keys(properties).toSorted().join(' ')}`];
  if (typeof additionalProperties === 'object') return [`map of ${published(additionalProperties).join(', ')}`];
  return [String(type)];
}

/** The type of a component that has no definition of its own. */
const inlineTag = (schema: Schema): string | undefined => schema.properties?.['type']?.enum?.[0];

const ours = (shapes: readonly Shape[]): readonly string[] =>
  shapes
    .flatMap((shape) => {
      if (typeof shape === 'string') return [shape];
      if ('oneOf' in shape) return [`one of ${shape.oneOf.join(' ')}`];
      if ('component' in shape) return shape.component.map((name) => `component ${name}`);
      if ('listOf' in shape) return [`list of ${ours(shape.listOf).join(', ')}`];
      if ('mapOf' in shape) return [`map of ${ours(shape.mapOf).join(', ')}`];
      return [`object ${Object.keys(shape.object).toSorted().join(' ')}`];
    })
    .toSorted();

const constrained = (schema: Schema, name: 'minimum' | 'minItems'): number | undefined =>
  schema[name] ?? schema.anyOf?.map((one) => one[name]).find((value) => value !== undefined);

/** What must be the same in both. */
const factsOfSchema = (schema: Schema, required: boolean): object => ({
  shapes: published(schema),
  required,
  default: schema.default,
  deprecated: schema.deprecated ?? false,
  context: schema.interpolation_context,
  minimum: constrained(schema, 'minimum'),
  minItems: constrained(schema, 'minItems'),
});

const factsOfField = (field: FieldDeclaration): object => ({
  shapes: ours(field.shapes),
  required: field.required ?? false,
  default: field.default,
  deprecated: field.deprecated !== undefined,
  context: field.context,
  minimum: field.minimum,
  minItems: field.minItems,
});

function compare(schema: Schema, fields: Fields, isComponent: boolean): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === '$parameters' || (isComponent && name === 'type')) continue;
    const field = fields[name];
    if (!field) throw new Error(`There is no field ${name}.`);
    expect(factsOfField(field), name).toEqual(factsOfSchema(property, schema.required?.includes(name) ?? false));
    for (const nested of nestedFields(field)) compare(property, nested, false);
    const tag = inlineTag(property);
    if (tag !== undefined) compareComponent(tag, property);
  }
}

const nestedFields = ({ shapes }: FieldDeclaration): readonly Fields[] =>
  shapes.flatMap((shape) => (typeof shape === 'object' && 'object' in shape ? [shape.object] : []));

function compareComponent(name: string, schema: Schema): void {
  const declaration = DECLARATIONS.get(name);
  if (!declaration) throw new Error(`There is no declaration of ${name}.`);
  expect(declaration.typeOptional ?? false, `the type of ${name}`).toBe(!schema.required?.includes('type'));
  expect(tagOf(declaration)).toBe(inlineTag(schema) ?? name);
  compare(schema, declaration.fields, true);
}

describe.skipIf(!dir)('the published schema (set CONFORMANCE_DIR to run)', () => {
  const file = join(dir ?? '.', 'declarative_component_schema.yaml');
  const schema = dir
    ? (parse(readFileSync(file, 'utf8')) as Schema & { definitions: Record<string, Schema> })
    : { definitions: {} };

  test('has the same top level', () => {
    compareComponent('DeclarativeSource', schema);
  });

  test.each(Object.entries(schema.definitions))('%s has the same fields', (name, definition) => {
    const value = VALUES.get(name);
    if (value) expect(ours(value.shapes)).toEqual(published(definition));
    else compareComponent(name, definition);
  });
});
