import { z } from 'zod';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';
import { schemaIssues } from '../configuration/schema-check.ts';
import { fieldMeta, patternOf } from './field-facts.ts';

/**
 * A field of a form and of the API from the schema of one setting that holds no secret. What zod cannot say of it (constants,
 * alternatives, nested rules) is checked by the schema itself. `format` is a hint only, as in the CDK.
 */
export function plainField(name: string, schema: JsonObject, required: boolean): z.ZodType {
  const checked = bareField(schema).superRefine((value, ctx) => {
    for (const message of schemaIssues(schema, value)) ctx.addIssue({ code: 'custom', message });
  });
  const nullable = typesOf(schema).includes('null') ? checked.nullable() : checked;
  const { default: usual } = schema;
  const meta = fieldMeta(name, schema);
  if (usual !== undefined && usual !== null && nullable.safeParse(usual).success) {
    return nullable.default(usual as never).meta(meta);
  }
  return (required ? nullable : nullable.optional()).meta(meta);
}

const typesOf = (schema: JsonObject): readonly unknown[] =>
  Array.isArray(schema['type']) ? (schema['type'] as readonly Json[]) : [schema['type']];

/** By the name of the type in JSON Schema. */
const FIELDS: Readonly<Record<string, (schema: JsonObject) => z.ZodType>> = {
  string: textField,
  integer: () => z.int(),
  number: () => z.number(),
  boolean: () => z.boolean(),
  array: (schema) => z.array(bareField(asObject(schema['items']) ?? {})),
  object: () => z.record(z.string(), z.unknown()),
};

function bareField(schema: JsonObject): z.ZodType {
  const choices = choicesOf(schema);
  if (choices) return choices;
  const [type] = typesOf(schema).filter((one) => one !== 'null');
  const usual = schema['properties'] || schema['oneOf'] ? 'object' : undefined;
  const make = FIELDS[typeof type === 'string' ? type : (usual ?? '')];
  return make
    ? make(schema)
    : z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())]);
}

function choicesOf({ enum: given }: JsonObject): z.ZodType | undefined {
  if (!Array.isArray(given)) return undefined;
  const choices = given.filter((one: Json) => one === null || typeof one !== 'object') as (string | number)[];
  const [first, ...rest] = choices;
  if (first === undefined) return undefined;
  return choices.every((one) => typeof one === 'string')
    ? z.enum([first as string, ...(rest as string[])])
    : z.literal(choices);
}

function textField(schema: JsonObject): z.ZodString {
  const pattern = patternOf(schema);
  return pattern ? z.string().regex(pattern.regex, { error: pattern.words }) : z.string();
}
