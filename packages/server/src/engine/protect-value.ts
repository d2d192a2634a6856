import { createHmac } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

const HIDDEN = '***';
const EMAIL = /^[^\s@]+(@[^\s@]+\.[^\s@]+)$/;
/** RFC 5321 §4.5.3.1 allows no longer address; and no long text is searched for one. */
const MAX_EMAIL_LENGTH = 320;

/** HMAC-SHA-256 in hex: equal values stay equal, and without the key no guess can be tried. */
export function hashText(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text.toWellFormed(), 'utf8').digest('hex');
}

/** The hash of a value; the number 42 and the text `42` have the same one. Nothing stays nothing; lists keep their places. */
export function hashValue(key: Buffer, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => hashValue(key, item));
  return hashText(key, textOf(value));
}

/**
 * `***` and the last `keep` characters. Of a text that is not at least twice as long nothing is left to see; an email
 * keeps its domain instead. Nothing stays nothing; lists keep their places.
 */
export function maskValue(value: unknown, keep: number): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, keep));
  if (typeof value === 'object' && !(value instanceof Date)) return HIDDEN;
  const text = textOf(value);
  const domain = text.length <= MAX_EMAIL_LENGTH ? EMAIL.exec(text)?.[1] : undefined;
  if (domain !== undefined) return HIDDEN + domain;
  if (keep === 0) return HIDDEN;
  // A character is one or two units long.
  const end = Array.from(text.slice(-4 * keep));
  return end.length < 2 * keep ? HIDDEN : HIDDEN + end.slice(-keep).join('');
}

/** As it would be stored, without the quotes of a text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const written = canonicalJson(value);
  return written.startsWith('"') ? String(JSON.parse(written)) : written;
}
