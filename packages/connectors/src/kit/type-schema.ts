import { z } from 'zod';
import type { FieldMeta } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { Secret } from './secret.ts';

/** What a form and a page need to know of one field. */
export interface FieldFacts extends FieldMeta {
  readonly name: string;
  /** JSON Schema of the value, without the placeholder that every field takes too. */
  readonly schema: JsonObject;
  /** It must be given. */
  readonly required: boolean;
  /** What stands in its place when it is absent; undefined when it is required, null when there is none. */
  readonly default: Json | undefined;
}

const asJson = (value: unknown): Json => (value instanceof Secret ? null : ((value ?? null) as Json));

const isPlaceholder = (schema: Json | undefined): boolean =>
  typeof schema === 'object' && (schema as JsonObject | null)?.['description'] === 'A placeholder such as ${name}.';

/** The alternatives of a schema without the one for placeholders; an only one takes its place. */
function withoutPlaceholder(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const kept = anyOf.filter((one) => !isPlaceholder(one as Json)).map((one) => withoutPlaceholder(one as JsonObject));
  const [only] = kept;
  return kept.length === 1 && only !== undefined ? { ...only, ...rest } : { ...rest, anyOf: kept };
}

/**
 * The fields of a type in their order. Whether one is required, and its default, are what the field itself answers to nothing, so
 * they cannot differ from what happens.
 */
export function fieldFacts(fields: z.ZodObject): readonly FieldFacts[] {
  const { properties = {} } = z.toJSONSchema(fields, { io: 'input', unrepresentable: 'any' });
  return Object.entries(fields.shape).map(([name, field]) => {
    const schema = (properties[name] ?? {}) as JsonObject;
    // A wrapper such as `optional()` hides what it wraps; its JSON Schema shows it.
    const { title, description, secret } = { ...schema, ...(field as z.ZodType).meta() } as Partial<FieldMeta>;
    const absent = (field as z.ZodType).safeParse(undefined);
    return {
      name,
      title: title ?? '',
      ...(description !== undefined && { description }),
      ...(secret !== undefined && { secret }),
      schema: withoutPlaceholder(schema),
      required: !absent.success,
      default: absent.success ? asJson(absent.data) : undefined,
    };
  });
}
