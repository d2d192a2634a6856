import { LIMITS } from './limits.ts';
import type { Run } from './run.ts';

/** Python's `urllib.parse.quote`: everything but letters, digits, `_.-~` and the characters of `safe` is percent-encoded. */
export function quote(run: Run, text: string, safe: string): string {
  run.checkText(text.length * 3);
  run.scan(text.length, LIMITS.hardTextPerStep / 2);
  const encoded = encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return safe === ''
    ? encoded
    : encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => {
        const char = String.fromCharCode(Number.parseInt(code.slice(1), 16));
        return safe.includes(char) ? char : code;
      });
}

/** Python's `quote_plus`: as `quote`, with `+` for blanks. */
export const quotePlus = (run: Run, text: string): string => quote(run, text, '').replaceAll('%20', '+');
