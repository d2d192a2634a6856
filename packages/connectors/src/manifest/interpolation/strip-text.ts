import { textArgument } from './argument.ts';
import { LIMITS } from './limits.ts';
import type { Run } from './run.ts';

/** Python's `strip`: takes characters of a set (blanks when it is None) off the ends. */
export function stripText(run: Run, text: string, chars: unknown, start: boolean, end: boolean): string {
  run.scan(text.length);
  if (chars === null) return start && end ? text.trim() : start ? text.trimStart() : text.trimEnd();
  const taken = textArgument(chars);
  run.scan(taken.length + text.length / 4, LIMITS.hardTextPerStep);
  const set = new Set(taken);
  let [from, to] = [0, text.length];
  while (start && from < to && set.has(text.charAt(from))) from += 1;
  while (end && to > from && set.has(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}
