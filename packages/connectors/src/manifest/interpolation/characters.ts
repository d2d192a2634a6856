import type { Run } from './run.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** A text by Python's characters, which are code points; the text itself where those are its UTF-16 units. */
export function characters(run: Run, text: string): string | readonly string[] {
  run.scan(text.length, 256);
  if (!SURROGATE.test(text)) return text;
  run.makeMembers(text.length);
  return Array.from(text);
}
