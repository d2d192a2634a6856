import type { Json, JsonObject } from '../kit/json.ts';

/** Rules about the text of a setting, which a stand-in for a secret does not keep. */
const RULES = new Set(['pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'enum']);

/** The manifest, whose specification takes any text as a secret: what is played again has stand-ins there. */
export function withLenientSecrets(manifest: JsonObject): JsonObject {
  const { spec } = manifest;
  return spec === undefined ? manifest : { ...manifest, spec: lenient(spec) };
}

function lenient(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => lenient(one));
  if (typeof value !== 'object' || value === null) return value;
  const isSecret = (value as JsonObject)['airbyte_secret'] === true;
  const members = Object.entries(value).filter(([name]) => !isSecret || !RULES.has(name));
  return Object.fromEntries(members.map(([name, one]) => [name, lenient(one ?? null)]));
}
