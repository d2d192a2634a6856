import { textArgument } from './argument.ts';

/** Python's `strip`: takes characters of a set (blanks when it is None) off the ends. */
export function stripText(text: string, chars: unknown, start: boolean, end: boolean): string {
  if (chars === null) return start && end ? text.trim() : start ? text.trimStart() : text.trimEnd();
  const set = new Set(textArgument(chars));
  let [from, to] = [0, text.length];
  while (start && from < to && set.has(text.charAt(from))) from += 1;
  while (end && to > from && set.has(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}
