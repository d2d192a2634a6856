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

function bareField(schema: JsonObject): z.ZodType {
  const { enum: choices } = schema;
  if (Array.isArray(choices)) {
    const literals = choices.filter((one: Json) => one === null || typeof one !== 'object') as (string | number)[];
    const [first, ...rest] = literals;
    if (first !== undefined) {
      return literals.every((one) => typeof one === 'string') ? z.enum([first as string, ...(rest as string[])]) : z.literal(literals);
    }
  }
  const [type] = typesOf(schema).filter((one) => one !== 'null');
  switch (type ?? (schema['properties'] || schema['oneOf'] ? 'object' : undefined)) {
    case 'string':
      return textField(schema);
    case 'integer':
      return z.int();
    case 'number':
      return z.number();
    case 'boolean':
      return z.boolean();
    case 'array':
      return z.array(bareField(asObject(schema['items']) ?? {}));
    case 'object':
      return z.record(z.string(), z.unknown());
    default:
      return z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())]);
  }
}

function textField(schema: JsonObject): z.ZodString {
  const pattern = patternOf(schema);
  return pattern ? z.string().regex(pattern.regex, { error: pattern.words }) : z.string();
}
