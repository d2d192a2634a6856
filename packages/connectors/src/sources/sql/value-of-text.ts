import type { Json, JsonObject } from '../../kit/json.ts';

/** IEEE 754 doubles hold every decimal of so many significant digits exactly enough to give it back. */
const EXACT_DIGITS = 15;

/** An integer as a number, or as text when a double cannot hold it. */
export const integerOf = (text: string): Json => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};

/** A floating point number; `NaN` and infinities stay text. */
export const floatOf = (text: string): Json => {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};

/** A decimal as a number, or as text when a double cannot hold it. */
export const decimalOf = (text: string): Json => {
  if (text.length <= EXACT_DIGITS) return floatOf(text);
  const digits = text.replace(/^-?0*\.?0*/, '').replace('.', '');
  return digits.length <= EXACT_DIGITS ? floatOf(text) : text;
};

/** What JSON says; text that is none stays text. */
export const jsonOf = (text: string): Json => {
  try {
    const value = JSON.parse(text) as Json;
    return text.includes('\\u0000') ? withoutNul(value) : value;
  } catch {
    return text;
  }
};

/** JSON may spell a NUL, which no text column of any database takes; it becomes U+FFFD. */
function withoutNul(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('\0', '\u{fffd}');
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: Json) => withoutNul(one));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, one]) => [
      key.replaceAll('\0', '\u{fffd}'),
      withoutNul(one ?? null),
    ]),
  );
}
