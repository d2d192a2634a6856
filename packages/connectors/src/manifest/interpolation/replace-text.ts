import { occurrences } from './occurrences.ts';
import type { Run } from './run.ts';

/** Python's `replace`: every `old`, or the first `most` of them when that is not negative. */
export function replaceText(run: Run, text: string, old: string, made: string, most: number): string {
  const found = occurrences(run, text, old);
  const times = most < 0 ? found : Math.min(found, most);
  run.makeText(text.length + times * Math.max(0, made.length - old.length));
  // The engine finds them once more, and calls back for each.
  if (found > 0) run.search(text, old);
  run.spend(found / 2);
  if (most < 0) return text.replaceAll(old, () => made);
  let left = most;
  return text.replaceAll(old, () => (left-- > 0 ? made : old));
}
