import { parseExactJson } from '../../kit/exact-json.ts';
import type { Json } from '../../kit/json.ts';

/**
 * A JSON text as Python's parser reads it: `NaN` and `Infinity`, which its writers make of numbers that are none, are taken, and
 * become `null`; integers that no number holds stay as texts of their digits. Throws `SyntaxError`.
 */
export function parseJson(text: string): Json {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!/\b(?:NaN|Infinity)\b/.test(text)) throw error;
    // A text without its end goes to the end of all: it must not be searched from every quote within it.
    const plain = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/gs, (part) =>
      part.startsWith('"') ? part : 'null',
    );
    return parseExactJson(plain);
  }
}
