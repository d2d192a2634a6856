import type { Run } from './run.ts';

/** Python's `replace`: every `old`, or the first `most` of them when that is not negative. */
export function replaceText(run: Run, text: string, old: string, made: string, most: number): string {
  run.spend(1 + text.length / 64);
  const found = old === '' ? text.length + 1 : text.split(old).length - 1;
  const times = most < 0 ? found : Math.min(found, most);
  run.makeText(text.length + times * Math.max(0, made.length - old.length));
  if (most < 0) return text.replaceAll(old, () => made);
  let left = most;
  return text.replaceAll(old, () => (left-- > 0 ? made : old));
}
