import { randomInt } from 'node:crypto';
import { integerArgument, textArgument } from './argument.ts';
import { getItem } from './access.ts';
import { characters } from './characters.ts';
import { equalValues, orderOf } from './compare.ts';
import { filter } from './filter.ts';
import type { Filter } from './filter.ts';
import { itemsOf } from './iterate.ts';
import { joinTexts } from './join-texts.ts';
import { isMapping, mappingEntries, mappingSize } from './mapping.ts';
import { operate } from './operators.ts';
import { LIMITS } from './limits.ts';
import { keyIdentity } from './key-identity.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { pythonText } from './python-text.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';
import { truthy } from './truthy.ts';

/** `a.b.0` of an item; the item itself without a path. */
export function itemByPath(run: Run, item: unknown, path: unknown, missing?: unknown): unknown {
  if (path === undefined || path === null) return item;
  if (typeof path === 'string') run.scan(path.length, LIMITS.hardTextPerStep * 4);
  let value = item;
  for (const part of typeof path === 'string' ? path.split('.') : [path]) {
    run.spend(1);
    value = getItem(run, value, typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part);
    if (value instanceof PyUndefined && missing !== undefined) return missing;
  }
  return value;
}

function listOf(run: Run, value: unknown): readonly unknown[] {
  const items = itemsOf(run, value);
  run.makeMembers(items.length);
  return items;
}

/** Texts are compared without regard to case, unless it is asked for. */
function folded(run: Run, value: unknown, caseSensitive: unknown): unknown {
  if (typeof value !== 'string' || truthy(caseSensitive ?? false, run)) return value;
  run.spend(value.length / 16);
  return value.toLowerCase();
}

function sortKey(run: Run, item: unknown, attribute: unknown, caseSensitive: unknown): readonly unknown[] {
  if (typeof attribute === 'string') run.scan(attribute.length, LIMITS.hardTextPerStep * 4);
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  return paths.map((path) => folded(run, defined(itemByPath(run, item, path)), caseSensitive));
}

function sorted(
  run: Run,
  items: readonly unknown[],
  reverse: unknown,
  caseSensitive: unknown,
  attribute: unknown,
): unknown[] {
  run.makeMembers(items.length);
  const keyed = items.map((item) => ({ item, key: sortKey(run, item, attribute, caseSensitive) }));
  const sign = truthy(reverse, run) ? -1 : 1;
  keyed.sort((left, right) => {
    run.spend(1);
    for (const [index, part] of left.key.entries()) {
      const order = orderOf(run, part, right.key[index]);
      if (order !== 0) return sign * order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function unique(run: Run, value: unknown, caseSensitive: unknown, attribute: unknown): unknown[] {
  const seen = new Set<unknown>();
  return listOf(run, value).filter((item) => {
    const key = folded(run, itemByPath(run, item, attribute), caseSensitive);
    const id = typeof key === 'object' && key !== null ? `\u0000${pythonText(key, run)}` : key;
    run.spend(typeof id === 'string' ? id.length / LIMITS.hardTextPerStep / 4 : 0);
    return seen.has(keyIdentity(id)) ? false : seen.add(keyIdentity(id));
  });
}

const extreme = (sign: 1 | -1): Filter =>
  filter('case_sensitive? attribute?', (run, value, caseSensitive, attribute) => {
    const items = listOf(run, value);
    if (items.length === 0) return new PyUndefined('item');
    const key = (item: unknown): unknown => folded(run, itemByPath(run, item, attribute), caseSensitive);
    return items.reduce((best, item) => (orderOf(run, key(item), key(best)) * sign > 0 ? item : best));
  });

function groupBy(run: Run, value: unknown, attribute: unknown, missing: unknown, caseSensitive: unknown): unknown[] {
  const keyed = listOf(run, value).map((item) => {
    const key = itemByPath(run, item, attribute, missing);
    return { item, key, order: folded(run, key, caseSensitive) };
  });
  keyed.sort((left, right) => {
    run.spend(1);
    return orderOf(run, left.order, right.order);
  });
  const groups: { readonly key: unknown; readonly order: unknown; readonly items: unknown[] }[] = [];
  for (const { item, key, order } of keyed) {
    const last = groups.at(-1);
    if (last && equalValues(run, last.order, order)) last.items.push(item);
    else groups.push({ key, order, items: [item] });
  }
  return groups.map((group) => new PyTuple([group.key, group.items]));
}

function batch(run: Run, value: unknown, size: unknown, fill: unknown): unknown[] {
  const count = Math.max(1, integerArgument(size));
  const items = listOf(run, value);
  const batches: unknown[][] = [];
  for (let at = 0; at < items.length; at += count) batches.push(items.slice(at, at + count));
  const last = batches.at(-1);
  if (last && fill !== undefined && fill !== null) {
    run.makeMembers(count);
    while (last.length < count) last.push(fill);
  }
  return batches;
}

function slices(run: Run, value: unknown, count: unknown, fill: unknown): unknown[] {
  const wanted = integerArgument(count);
  if (wanted < 1) throw new TemplateFault('value', 'at least one slice is needed');
  run.makeMembers(wanted);
  const items = listOf(run, value);
  const [size, longer] = [Math.floor(items.length / wanted), items.length % wanted];
  let at = 0;
  return Array.from({ length: wanted }, (_, index) => {
    const end = at + size + (index < longer ? 1 : 0);
    const part = items.slice(at, end);
    at = end;
    return fill !== undefined && fill !== null && index >= longer && longer > 0 ? [...part, fill] : part;
  });
}

function sum(run: Run, value: unknown, attribute: unknown, start: unknown = 0): unknown {
  return listOf(run, value).reduce((total, item) => operate(run, '+', total, itemByPath(run, item, attribute)), start);
}

function length(run: Run, value: unknown): number {
  if (typeof value === 'string') return characters(run, value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof PyTuple) return value.items.length;
  if (value instanceof PyUndefined) return 0;
  if (isMapping(value)) return mappingSize(value, run);
  throw new TemplateFault('type', 'the value has no length');
}

function reverse(run: Run, value: unknown): unknown {
  const items = listOf(run, value).toReversed();
  return typeof value === 'string' ? items.join('') : items;
}

function items(run: Run, value: unknown): unknown[] {
  if (value instanceof PyUndefined) return [];
  if (!isMapping(value)) throw new TemplateFault('type', 'a mapping is wanted');
  const entries = mappingEntries(value, run);
  run.makeMembers(entries.length);
  return entries.map((entry) => new PyTuple(entry));
}

function dictSort(
  run: Run,
  value: unknown,
  caseSensitive: unknown,
  by: unknown = 'key',
  reversed: unknown = false,
): unknown[] {
  if (by !== 'key' && by !== 'value') throw new TemplateFault('value', 'mappings are sorted by key or value');
  return sorted(run, items(run, value), reversed, caseSensitive, by === 'key' ? 0 : 1);
}

/** Jinja's filters of lists and mappings; those that take the name of another filter or test are the compiler's. */
export const LIST_FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['length', filter('', length)],
  ['count', filter('', length)],
  ['first', filter('', (run, value) => itemsOf(run, value)[0] ?? new PyUndefined('first item'))],
  ['last', filter('', (run, value) => itemsOf(run, value).at(-1) ?? new PyUndefined('last item'))],
  [
    'random',
    filter('', (run, value) => {
      const all = itemsOf(run, value);
      return all.length === 0 ? new PyUndefined('random item') : all[randomInt(all.length)];
    }),
  ],
  ['list', filter('', (run, value) => [...listOf(run, value)])],
  [
    'join',
    filter('d? attribute?', (run, value, separator = '', attribute) =>
      joinTexts(
        run,
        pythonText(separator, run),
        listOf(run, value).map((item) => pythonText(itemByPath(run, item, attribute), run)),
      ),
    ),
  ],
  ['reverse', filter('', reverse)],
  [
    'sort',
    filter('reverse? case_sensitive? attribute?', (run, value, reversed, caseSensitive, attribute) =>
      sorted(run, listOf(run, value), reversed, caseSensitive, attribute),
    ),
  ],
  ['unique', filter('case_sensitive? attribute?', unique)],
  ['max', extreme(1)],
  ['min', extreme(-1)],
  ['sum', filter('attribute? start?', sum)],
  ['batch', filter('linecount fill_with?', batch)],
  ['slice', filter('slices fill_with?', slices)],
  ['groupby', filter('attribute default? case_sensitive?', groupBy)],
  ['items', filter('', items)],
  ['dictsort', filter('case_sensitive? by? reverse?', dictSort)],
  ['attr', filter('name', (run, value, name) => getItem(run, value, textArgument(name)))],
  ['default', filter('default_value? boolean?', defaulted)],
  ['d', filter('default_value? boolean?', defaulted)],
]);

function defaulted(run: Run, value: unknown, otherwise: unknown = '', boolean: unknown = false): unknown {
  return value instanceof PyUndefined || (truthy(boolean, run) && !truthy(value, run)) ? otherwise : value;
}
