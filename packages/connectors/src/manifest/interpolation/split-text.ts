import { textArgument } from './argument.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Python's `split`: at blanks when the separator is None; at most `most` times unless that is negative. */
export function splitText(run: Run, text: string, separator: unknown, most: number): string[] {
  run.spend(1 + text.length / 64);
  const parts = separator === null ? words(text, most) : separated(text, textArgument(separator), most);
  run.makeMembers(parts.length);
  return parts;
}

function words(text: string, most: number): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const all = trimmed.split(/\s+/);
  if (most < 0 || all.length <= most + 1) return all;
  let rest = text.trimStart();
  for (const word of all.slice(0, most)) rest = rest.slice(word.length).trimStart();
  return [...all.slice(0, most), rest];
}

function separated(text: string, separator: string, most: number): string[] {
  if (separator === '') throw new TemplateFault('value', 'a separator is empty');
  const all = text.split(separator);
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
