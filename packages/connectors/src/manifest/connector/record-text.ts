import type { Json, JsonObject } from '../../kit/json.ts';
import type { EntityFields } from './entity-options.ts';
import { asObject } from '../configuration/as-object.ts';
import { pathIn, valueAtPath } from './value-at-path.ts';

/** Fields with what a person wrote, by their usual names; the rest of a record is read after them. */
const BODIES = ['body', 'description', 'content', 'text', 'message', 'body_text', 'plain_text', 'notes'] as const;
const TITLES: readonly string[] = ['title', 'name', 'subject', 'summary'];

/** Longer ones among the other fields are more likely data than words. */
const LONGEST_OTHER = 300;

/**
 * How the text to search is made of a record. With the option `text`, of the fields that it names. Without, for a stream whose
 * schema has a field for what people write: title, that field, then the other short fields by name. Otherwise `undefined`: the
 * engine writes all fields down.
 */
export function textMaker(options: EntityFields, schema: JsonObject): ((row: JsonObject) => string) | undefined {
  const { text, title } = options;
  if (text)
    return (row) =>
      text
        .map((field) => wordsOf(valueAtPath(row, pathIn(row, field))))
        .filter(Boolean)
        .join('\n\n');
  const known = asObject(schema['properties']) ?? {};
  const bodies = BODIES.filter((name) => Object.hasOwn(known, name) && mayBeText(known[name]));
  if (bodies.length === 0) return undefined;
  const first = [...(title === undefined ? TITLES : [title]), ...bodies];
  const skipped = new Set<string>(first);
  return (row) => {
    const lead = first.map((field) => wordsOf(valueAtPath(row, pathIn(row, field)))).filter(Boolean);
    const others = Object.entries(row).flatMap(([name, value]) => {
      const words = skipped.has(name) ? '' : wordsOf(value);
      return words === '' || words.length > LONGEST_OTHER ? [] : [`${name}: ${words}`];
    });
    return [...lead, others.join('\n')].filter(Boolean).join('\n\n');
  };
}

function mayBeText(schema: Json | undefined): boolean {
  const type = asObject(schema)?.['type'];
  return type === undefined || type === 'string' || (Array.isArray(type) && type.includes('string'));
}

/** The words of a value: texts and numbers as they are, those inside of lists and mappings in their order. */
function wordsOf(value: Json | undefined): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value as object)
    .map((one: Json) => wordsOf(one))
    .filter(Boolean)
    .join(' ');
}
