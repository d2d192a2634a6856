import type { Json, JsonObject } from '../../kit/json.ts';

/** The schema of a setting, or of anything inside it, is marked as secret (`airbyte_secret`). */
export function holdsSecret(schema: Json | undefined): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if (Array.isArray(schema)) return schema.some(holdsSecret);
  return Object.entries(schema).some(([name, value]) =>
    name === 'airbyte_secret' ? value === true : holdsSecret(value),
  );
}

/** The setting is itself a secret text; a secret of any other kind is kept as the text of its JSON. */
export function holdsText(schema: JsonObject | undefined): boolean {
  const type = schema?.['type'];
  return schema?.['airbyte_secret'] === true && (type === 'string' || (Array.isArray(type) && type.includes('string')));
}
