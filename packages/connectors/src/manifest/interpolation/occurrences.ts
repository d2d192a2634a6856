import { LIMITS } from './limits.ts';
import type { Run } from './run.ts';

/** How often `part` stands in a text, one after the other; between all characters and at the ends when it is empty. */
export function occurrences(run: Run, text: string, part: string): number {
  if (part === '') return text.length + 1;
  run.search(text, part);
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    run.spend(HIT);
    found += 1;
  }
  return found;
}

/** Steps of each that is found. */
const HIT = 8 / LIMITS.textPerStep;
