import type { JsonObject } from '../../kit/json.ts';
import { LinearPattern } from '../configuration/linear-pattern.ts';

/** Descriptions of specifications are HTML; forms and pages of ours show plain text. */
const plain = (text: string): string =>
  text
    // Up to the next bracket of either kind: many that are never closed are not searched for over and over.
    .replace(/<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? plain(value) : undefined;

/** What zod keeps of a field for forms and pages. */
export type FieldWords = Record<string, unknown> & { readonly title: string; readonly description?: string };

/** What forms say of a setting; `hint` comes after the specification's own description. */
export function fieldMeta(name: string, schema: JsonObject, hint?: string): FieldWords {
  const description = [textOf(schema['description']), hint].filter((part) => part !== undefined).join(' ');
  const { examples } = schema;
  return {
    title: textOf(schema['title']) ?? name,
    ...(description !== '' && { description }),
    ...(Array.isArray(examples) && { examples: [...examples] }),
  };
}

/** The pattern of a text and what to say of a text that does not fit; absent too when it is none of ours (Python's own syntax). */
export function patternOf(schema: JsonObject): { readonly regex: RegExp; readonly words: string } | undefined {
  const { pattern, pattern_descriptor: descriptor } = schema;
  if (typeof pattern !== 'string') return undefined;
  try {
    return { regex: new LinearPattern(pattern), words: `must look like ${textOf(descriptor) ?? pattern}` };
  } catch {
    return undefined;
  }
}
