import { z } from 'zod';
import { secret } from '../../kit/fields.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { schemaIssues } from '../configuration/schema-check.ts';
import { fieldMeta, patternOf } from './field-facts.ts';
import { holdsText } from './secret-schema.ts';

/**
 * A field that parses into a `Secret`, from the schema of a setting that is secret or holds something secret. Of nested
 * settings it is one secret: JSON, given as text or as it is, checked by the schema.
 */
export function secretField(name: string, schema: JsonObject, required: boolean): z.ZodType {
  return holdsText(schema) ? textSecret(name, schema, required) : nestedSecret(name, schema, required);
}

function textSecret(name: string, schema: JsonObject, required: boolean): z.ZodType {
  const meta = fieldMeta(name, schema);
  const pattern = patternOf(schema);
  const { title, description } = meta;
  const kept = secret({ title, ...(description !== undefined && { description }) });
  const checked = pattern ? z.string().regex(pattern.regex, { error: pattern.words }).pipe(kept) : kept;
  if (required) return checked.meta({ ...meta, secret: true });
  // Some APIs take a key as the name and an empty password; an empty field of a form is that too.
  const empty = z.literal('').transform((value) => new Secret(value));
  return z
    .union([empty, checked])
    .optional()
    .meta({ ...meta, secret: true });
}

function nestedSecret(name: string, schema: JsonObject, required: boolean): z.ZodType {
  const text = z
    .string()
    .min(1)
    .transform((value, ctx) => {
      const parsed = parseJson(value);
      const issues = parsed === undefined ? ['must be JSON'] : schemaIssues(schema, parsed);
      for (const message of issues) ctx.addIssue({ code: 'custom', message });
      return new Secret(value);
    });
  const given = z.preprocess(
    (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
    text,
  );
  const meta = { ...fieldMeta(name, schema, `JSON: ${formsOf(schema)}.`), secret: true };
  return (required ? given : given.optional()).meta(meta);
}

/** The value of a JSON text; `undefined` when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** How the JSON looks: `{"auth_type": "oauth2.0", "client_id": …}`, one for each alternative. */
function formsOf(schema: JsonObject): string {
  if (schema['type'] === 'array') return `[${formsOf(asObject(schema['items']) ?? {})}, …]`;
  const alternatives = [...objectsOf(schema['oneOf']), ...objectsOf(schema['anyOf'])];
  return (alternatives.length > 0 ? alternatives : [schema]).map(formOf).join(' or ');
}

function formOf(schema: JsonObject): string {
  const properties = Object.entries(asObject(schema['properties']) ?? {});
  const members = properties.map(([name, one]) => {
    const { const: only, type } = asObject(one) ?? {};
    if (only !== undefined) return `${JSON.stringify(name)}: ${JSON.stringify(only)}`;
    return `${JSON.stringify(name)}: ${type === 'object' ? formsOf(asObject(one) ?? {}) : '…'}`;
  });
  return members.length > 0 ? `{${members.join(', ')}}` : '…';
}
