import { integerArgument } from './argument.ts';
import { equalValues, orderOf } from './compare.ts';
import { itemsOf } from './iterate.ts';
import { method } from './method.ts';
import type { Method } from './method.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';
import { truthy } from './truthy.ts';

type List = readonly unknown[];
/** Members that move to another place for one step. */
const MOVED_PER_STEP = 256;

type ListMethod = Method<List>;

const changes = (
  signature: string,
  change: (run: Run, list: unknown[], ...args: readonly unknown[]) => unknown,
): ListMethod =>
  method(signature, (run, self: List, ...args) => change(run, run.changeableList(self), ...args) ?? null);

function indexOf(run: Run, self: List, value: unknown): number {
  run.spend(self.length);
  const at = self.findIndex((item) => equalValues(run, item, value));
  if (at < 0) throw new TemplateFault('value', 'the list does not contain the value');
  return at;
}

function pop(run: Run, list: unknown[], index: unknown): unknown {
  const at = integerArgument(index, -1);
  const place = at < 0 ? list.length + at : at;
  if (place < 0 || place >= list.length) throw new TemplateFault('value', 'the list has no such place');
  run.spend((list.length - place) / MOVED_PER_STEP);
  return list.splice(place, 1)[0];
}

const count = method('value', (run, self: List, value) => {
  run.spend(self.length);
  return self.filter((item) => equalValues(run, item, value)).length;
});

/** Methods of Python's `list`; those that change it change a copy when the list is not the template's own. */
export const LIST_METHODS: ReadonlyMap<string, ListMethod> = new Map<string, ListMethod>([
  [
    'append',
    changes('object', (run, list, value) => {
      run.makeMembers(1);
      list.push(value);
    }),
  ],
  [
    'extend',
    changes('iterable', (run, list, values) => {
      const added = itemsOf(run, values);
      run.makeMembers(list.length + added.length);
      list.push(...added);
    }),
  ],
  [
    'insert',
    changes('index object', (run, list, index, value) => {
      run.makeMembers(list.length + 1);
      list.splice(integerArgument(index), 0, value);
    }),
  ],
  [
    'remove',
    changes('value', (run, list, value) => {
      list.splice(indexOf(run, list, value), 1);
    }),
  ],
  ['pop', changes('index?', pop)],
  [
    'clear',
    changes('', (_, list) => {
      list.length = 0;
    }),
  ],
  [
    'reverse',
    changes('', (run, list) => {
      run.makeMembers(list.length);
      list.reverse();
    }),
  ],
  [
    'sort',
    changes('reverse?', (run, list, reverse) => {
      run.makeMembers(list.length);
      list.sort((left, right) => {
        run.spend(1);
        return orderOf(run, left, right);
      });
      if (truthy(reverse, run)) list.reverse();
    }),
  ],
  [
    'copy',
    method('', (run, self: List) => {
      run.makeMembers(self.length);
      return [...self];
    }),
  ],
  ['index', method('value', indexOf)],
  ['count', count],
]);

/** Methods of Python's `tuple`. */
export const TUPLE_METHODS: ReadonlyMap<string, ListMethod> = new Map<string, ListMethod>([
  ['index', method('value', indexOf)],
  ['count', count],
]);
