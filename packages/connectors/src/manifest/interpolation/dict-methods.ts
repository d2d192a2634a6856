import { itemsOf } from './iterate.ts';
import { isMapping, mappingEntries, mappingGet, mappingHas } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { method } from './method.ts';
import type { Method } from './method.ts';
import { PyDict } from './py-dict.ts';
import { PySliceMapping } from './py-slice-mapping.ts';
import { PyTuple } from './py-tuple.ts';
import type { KeywordArguments } from './py-function.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

type DictMethod = Method<Mapping>;

function get(run: Run, self: Mapping, key: unknown, missing: unknown): unknown {
  const value = mappingGet(self, key);
  return value === undefined ? (missing ?? null) : run.current(value);
}

function entries(run: Run, self: Mapping): (readonly [unknown, unknown])[] {
  const all = mappingEntries(self, run);
  run.makeMembers(all.length);
  return all.map(([key, value]) => [key, run.current(value)] as const);
}

/** What `dict(…)` and `update(…)` take: a mapping, pairs, keyword arguments. */
export function dictEntries(
  run: Run,
  source: unknown,
  keywords: KeywordArguments | undefined,
): (readonly [unknown, unknown])[] {
  const given = source === undefined ? [] : isMapping(source) ? entries(run, source) : pairs(run, source);
  const all = [...given, ...(keywords ?? [])];
  for (const [key] of all) if (typeof key === 'string') run.lookUp(key);
  return all;
}

function pairs(run: Run, source: unknown): (readonly [unknown, unknown])[] {
  const items = itemsOf(run, source);
  run.makeMembers(items.length);
  return items.map((item) => {
    const pair = itemsOf(run, item);
    if (pair.length !== 2) throw new TemplateFault('value', 'a mapping is made of pairs');
    return [pair[0], pair[1]] as const;
  });
}

const update: DictMethod = (run, self, args, keywords) => {
  const added = dictEntries(run, args[0], keywords);
  const mapping = changeable(run, self);
  run.makeMembers(added.length);
  for (const [key, value] of added) mapping.set(key, value);
  return null;
};

function changeable(run: Run, self: Mapping): PyDict {
  if (self instanceof PySliceMapping) throw new TemplateFault('value', 'a slice cannot be changed');
  return run.changeableMapping(self);
}

function pop(run: Run, self: Mapping, key: unknown, missing: unknown): unknown {
  const value = mappingGet(self, key);
  if (value === undefined) {
    if (missing === undefined) throw new TemplateFault('value', 'the mapping has no such key');
    return missing;
  }
  changeable(run, self).delete(key);
  return value;
}

function popItem(run: Run, self: Mapping): unknown {
  const last = mappingEntries(self, run).at(-1);
  if (!last) throw new TemplateFault('value', 'the mapping is empty');
  changeable(run, self).delete(last[0]);
  return new PyTuple(last);
}

function setDefault(run: Run, self: Mapping, key: unknown, value: unknown): unknown {
  if (mappingHas(self, key)) return run.current(mappingGet(self, key));
  run.makeMembers(1);
  changeable(run, self).set(key, value ?? null);
  return value ?? null;
}

/** Methods of Python's `dict`; those that change it change a copy when the mapping is not the template's own. */
export const DICT_METHODS: ReadonlyMap<string, DictMethod> = new Map<string, DictMethod>([
  ['get', method('key default?', get)],
  ['keys', method('', (run, self: Mapping) => entries(run, self).map(([key]) => key))],
  ['values', method('', (run, self: Mapping) => entries(run, self).map(([, value]) => value))],
  ['items', method('', (run, self: Mapping) => entries(run, self).map((entry) => new PyTuple(entry)))],
  ['copy', method('', (run, self: Mapping) => new PyDict(entries(run, self)))],
  ['update', update],
  ['pop', method('key default?', pop)],
  ['popitem', method('', popItem)],
  ['setdefault', method('key default?', setDefault)],
  [
    'clear',
    method('', (run, self: Mapping) => {
      changeable(run, self).clear();
      return null;
    }),
  ],
]);
