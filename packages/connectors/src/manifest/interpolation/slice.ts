import { integerArgument } from './argument.ts';
import { characters } from './characters.ts';
import { PyTuple } from './py-tuple.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Where a slice with step 1 begins and ends; negative positions count from the end. */
export function sliceBounds(length: number, start: unknown, end: unknown): readonly [number, number] {
  const place = (value: unknown, missing: number): number => {
    const at = integerArgument(value, missing);
    return Math.min(Math.max(at < 0 ? length + at : at, 0), length);
  };
  const from = place(start, 0);
  return [from, Math.max(from, place(end, length))];
}

/** Python's `value[start:end:step]` for texts, lists and tuples. */
export function sliceOf(run: Run, value: unknown, start: unknown, end: unknown, step: unknown): unknown {
  if (typeof value === 'string') return textSlice(run, value, start, end, step);
  const items = Array.isArray(value) ? (value as unknown[]) : value instanceof PyTuple ? value.items : undefined;
  if (!items) {
    defined(value);
    throw new TemplateFault('type', 'the value cannot be sliced');
  }
  run.makeMembers(items.length);
  const part = stepped(items, start, end, step);
  return Array.isArray(value) ? part : new PyTuple(part);
}

function textSlice(run: Run, text: string, start: unknown, end: unknown, step: unknown): string {
  const chars = characters(run, text);
  if (typeof chars === 'string' && (step === null || step === 1))
    return chars.slice(...sliceBounds(chars.length, start, end));
  run.makeMembers(text.length);
  return stepped(Array.from(chars), start, end, step).join('');
}

function stepped<Item>(items: readonly Item[], start: unknown, end: unknown, stepArgument: unknown): Item[] {
  const step = integerArgument(stepArgument, 1);
  if (step === 0) throw new TemplateFault('value', 'the step of a slice is zero');
  const { length } = items;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (value: unknown, missing: number): number => {
    if (value === null || value === undefined) return missing;
    const at = integerArgument(value);
    return Math.min(Math.max(at < 0 ? length + at : at, low), high);
  };
  const [from, to] = step > 0 ? [place(start, low), place(end, high)] : [place(start, high), place(end, low)];
  const part: Item[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) {
    if (at in items) part.push(items[at] as Item);
  }
  return part;
}
