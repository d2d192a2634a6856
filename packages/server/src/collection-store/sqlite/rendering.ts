import type { Json, JsonObject } from '@tributary/connectors/kit/json';

/**
 * The text of an entity that has none of its own: `field: value` lines, nested fields as `a.b: value`, lists joined by
 * commas; empty values are left out. Chunks are places inside this text, so a change here needs a new schema version.
 */
export function renderPayload(payload: JsonObject): string {
  const lines: string[] = [];
  addFields(lines, '', payload);
  return lines.join('\n');
}

function addFields(lines: string[], prefix: string, fields: JsonObject): void {
  for (const name in fields) {
    const value = fields[name];
    if (value === null || value === undefined || value === '') continue;
    if (typeof value !== 'object') lines.push(`${prefix}${name}: ${String(value)}`);
    else if (Array.isArray(value)) addList(lines, prefix + name, value as readonly Json[]);
    else addFields(lines, `${prefix}${name}.`, value as JsonObject);
  }
}

function addList(lines: string[], name: string, values: readonly Json[]): void {
  const plain = values.flatMap((value) => (value === null || value === '' || typeof value === 'object' ? [] : [value]));
  if (plain.length > 0) lines.push(`${name}: ${plain.join(', ')}`);
  for (const value of values) {
    if (Array.isArray(value)) addList(lines, name, value as readonly Json[]);
    else if (typeof value === 'object' && value !== null) addFields(lines, `${name}.`, value as JsonObject);
  }
}
