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
  return JSON.parse(mayHoldLargeInteger(text) ? withIntegersAsTexts(text) : text) as Json;
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

function withIntegersAsTexts(text: string): string {
  const parts: string[] = [];
  let taken = 0;
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    // Between two texts there are mostly a few signs.
    if (end - at >= FEWEST_DIGITS) {
      const between = text.slice(at, end);
      const quoted = quoteIntegers(between);
      if (quoted !== between) {
        parts.push(text.slice(taken, at), quoted);
        taken = end;
      }
    }
    at = quote === -1 ? end : endOfText(text, quote);
  }
  parts.push(text.slice(taken));
  return parts.join('');
}

const quoteIntegers = (plain: string): string =>
  plain.replaceAll(/-?\d[\d.eE+-]*/g, (token) =>
    LONG_INTEGER.test(token) && isLarge(token.replace('-', '')) ? `"${token}"` : token,
  );

/** The place behind a text that begins at `quote`; one without an end goes to the end of all. */
function endOfText(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}
