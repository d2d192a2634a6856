import type { Run } from './run.ts';

/** The texts with `separator` between them. */
export function joinTexts(run: Run, separator: string, texts: readonly string[]): string {
  run.spend(texts.length);
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  run.makeText(length);
  return texts.join(separator);
}
