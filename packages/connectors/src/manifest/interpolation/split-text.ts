import { textArgument } from './argument.ts';
import { LIMITS } from './limits.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Python's `split`: at blanks when the separator is None; at most `most` times unless that is negative. */
export function splitText(run: Run, text: string, separator: unknown, most: number): string[] {
  const parts = separator === null ? words(run, text, most) : separated(run, text, textArgument(separator), most);
  return parts;
}

function words(run: Run, text: string, most: number): string[] {
  run.scan(text.length, 16);
  const trimmed = text.trim();
  if (trimmed === '') return [];
  // One more than may be made is enough to refuse them.
  const all = trimmed.split(/\s+/, LIMITS.members + 1);
  run.makeMembers(all.length);
  if (most < 0 || all.length <= most + 1) return all;
  let rest = text.trimStart();
  for (const word of all.slice(0, most)) rest = rest.slice(word.length).trimStart();
  return [...all.slice(0, most), rest];
}

function separated(run: Run, text: string, separator: string, most: number): string[] {
  if (separator === '') throw new TemplateFault('value', 'a separator is empty');
  run.search(text, separator);
  const all = text.split(separator, LIMITS.members + 1);
  run.makeMembers(all.length);
  if (most < 0 || all.length <= most + 1) return all;
  return [...all.slice(0, most), all.slice(most).join(separator)];
}

/** Python's `rsplit`. */
export function splitTextFromEnd(run: Run, text: string, separator: unknown, most: number): string[] {
  const all = splitText(run, text, separator, -1);
  if (most < 0 || all.length <= most + 1) return all;
  if (separator !== null) {
    const sep = textArgument(separator);
    return [all.slice(0, all.length - most).join(sep), ...all.slice(all.length - most)];
  }
  let rest = text.trimEnd();
  const last = most === 0 ? [] : all.slice(-most);
  for (const word of last.toReversed()) rest = rest.slice(0, rest.length - word.length).trimEnd();
  return [rest, ...last];
}
