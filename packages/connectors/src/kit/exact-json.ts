import type { Json } from './json.ts';

/** Integers of fewer digits are exact as numbers. */
const FEWEST_DIGITS = 16;
const LARGEST_EXACT = String(Number.MAX_SAFE_INTEGER);
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

/**
 * A JSON text with its integers beyond 2^53 as texts of their digits: as numbers they would silently become their neighbours, and
 * with them keys and cursors. Costs little more than `JSON.parse` where there are none. Throws `SyntaxError`.
 */
export function parseExactJson(text: string): Json {
  return JSON.parse(text, mayHoldLargeInteger(text) ? digitsOf : undefined) as Json;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const isLarge = (digits: string): boolean =>
  digits.length > FEWEST_DIGITS || (digits.length === FEWEST_DIGITS && digits > LARGEST_EXACT);

/** Looks at one character of each sixteen: a longer run of digits cannot hide between them. It may stand within a text. */
function mayHoldLargeInteger(text: string): boolean {
  let at = FEWEST_DIGITS - 1;
  while (at < text.length) {
    if (isDigit(text.charCodeAt(at))) {
      let start = at;
      while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
      while (isDigit(text.charCodeAt(at))) at += 1;
      if (at - start >= FEWEST_DIGITS && isAlone(text, start, at) && isLarge(text.slice(start, at))) return true;
    }
    at += FEWEST_DIGITS;
  }
  return false;
}

/** Whether digits are a whole value as far as their neighbours tell: no part of a fraction, of an exponent, or of a word. */
function isAlone(text: string, start: number, end: number): boolean {
  const before = text[start - 1] === '-' ? text[start - 2] : text[start - 1];
  const after = text[end];
  return (before === undefined || /[[:,\s]/.test(before)) && (after === undefined || /[\]},\s]/.test(after));
}

/** A number as it was written where no number holds it; the third argument is ECMAScript's source text access. */
function digitsOf(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const { source = '' } = context ?? {};
  return typeof value === 'number' && LONG_INTEGER.test(source) && isLarge(source.replace('-', '')) ? source : value;
}
