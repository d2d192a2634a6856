import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from './as-object.ts';

/** Names of settings that a specification does not know, and that are taken for secrets by their sound. */
const SOUNDS_SECRET = /token|secret|passw|private|credential|api_?key|auth/i;

/** The plain texts of `config` that its specification marks as secret, and those of unknown settings that sound like it. */
export function secretValues(specification: JsonObject, config: JsonObject): readonly string[] {
  const found = new Set<string>();
  collect(specification, config, found);
  return [...found];
}

function collect(schema: JsonObject, value: Json | undefined, found: Set<string>): void {
  if (schema['airbyte_secret'] === true) return leaves(value, found);
  if (Array.isArray(value)) return value.forEach((one: Json) => collect(asObject(schema['items']) ?? {}, one, found));
  const mapping = asObject(value);
  if (!mapping) return;
  const alternatives = ['oneOf', 'anyOf', 'allOf'].flatMap((word) => objectsOf(schema[word]));
  const properties = [schema, ...alternatives].map((one) => asObject(one['properties']) ?? {});
  for (const [name, one] of Object.entries(mapping)) {
    const described = properties.map((known) => asObject(known[name])).filter((one) => one !== undefined);
    for (const property of described) collect(property, one, found);
    if (described.length === 0 && SOUNDS_SECRET.test(name)) leaves(one, found);
  }
}

function leaves(value: Json | undefined, found: Set<string>): void {
  if (typeof value === 'string' && value !== '') found.add(value);
  else if (typeof value === 'number') found.add(String(value));
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) leaves(one as Json, found);
}
