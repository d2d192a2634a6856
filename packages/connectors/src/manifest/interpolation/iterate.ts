import { isMapping, mappingEntries } from './mapping.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** What Python's iteration over a value gives: members, keys, characters; nothing of an undefined one. */
export function itemsOf(run: Run, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof PyTuple) return value.items;
  if (value instanceof PyUndefined) return [];
  if (typeof value === 'string') {
    run.makeMembers(value.length);
    return Array.from(value);
  }
  if (isMapping(value)) {
    const entries = mappingEntries(value, run);
    return entries.map(([key]) => key);
  }
  throw new TemplateFault('type', 'the value is no list');
}
