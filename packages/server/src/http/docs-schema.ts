import { escapeHtml } from './escape-html.ts';
import type { JsonSchema } from './openapi-schemas.ts';

type Components = Readonly<Record<string, JsonSchema>>;

function refName(schema: JsonSchema): string | undefined {
  return schema.$ref?.split('/').at(-1);
}

/** What a value may be, in a few words of HTML; components become links. */
export function wordsOf(schema: JsonSchema): string {
  const ref = refName(schema);
  if (ref !== undefined) return `<a href="#schema-${escapeHtml(ref)}">${escapeHtml(ref)}</a>`;
  if (schema.const !== undefined) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(wordsOf))].join(' | ');
  if (schema.allOf) return schema.allOf.map(wordsOf).join(' and ');
  if (schema.items) return `list of ${wordsOf(schema.items)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any JSON');
  return escapeHtml([type, ...limitsOf(schema)].join(', '));
}

function limitsOf(schema: JsonSchema): string[] {
  const range = (name: string, low: unknown, high: unknown) =>
    low === undefined && high === undefined ? [] : [`${name}${text(low)}..${text(high)}`];
  const text = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  // Zod names the bounds of safe integers; they say nothing to a reader.
  const bound = (value: unknown) => (Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? undefined : value);
  return [
    ...(schema.format === undefined ? [] : [schema.format]),
    ...range('', bound(schema['minimum']), bound(schema['maximum'])),
    ...range('length ', schema['minLength'], schema['maxLength']),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ];
}

/** A small value of the schema: its example, or the fields that must be there. */
export function exampleOf(schema: JsonSchema, components: Components, depth = 0): unknown {
  const given = givenExample(schema);
  if (given !== undefined || depth > 6) return given ?? null;
  const inner = components[refName(schema) ?? ''] ?? firstOption(schema);
  if (inner) return exampleOf(inner, components, depth + 1);
  if (schema.properties) return exampleObject(schema.properties, schema.required ?? [], components, depth);
  return schema.items ? [exampleOf(schema.items, components, depth + 1)] : plainExample(schema);
}

function givenExample({ examples, const: constant, default: fallback, enum: values }: JsonSchema): unknown {
  return [examples?.[0], constant, fallback, values?.[0]].find((one) => one !== undefined);
}

function firstOption({ anyOf, oneOf, allOf }: JsonSchema): JsonSchema | undefined {
  return anyOf?.[0] ?? oneOf?.[0] ?? allOf?.[0];
}

/** Where no field of a body is required, as in a partial update, the first one shows how it is done. */
function exampleObject(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  components: Components,
  depth: number,
): unknown {
  const names = Object.keys(properties);
  const shown =
    required.length === 0 && depth <= 1 ? names.slice(0, 1) : names.filter((name) => required.includes(name));
  return Object.fromEntries(shown.map((name) => [name, exampleOf(properties[name] ?? {}, components, depth + 1)]));
}

function plainExample(schema: JsonSchema): unknown {
  const type = Array.isArray(schema.type) ? (schema.type as readonly string[])[0] : schema.type;
  if (type === 'object') return {};
  if (type === 'integer' || type === 'number') return schema['minimum'] ?? 1;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (schema.format === 'uuid') return '00000000-0000-0000-0000-000000000000';
  if (schema.format === 'email') return 'ada@example.com';
  return 'text';
}
