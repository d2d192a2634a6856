import { costOf } from './access.ts';
import { bindArguments } from './bind-arguments.ts';
import { textArgument } from './argument.ts';
import type { Filter } from './filter.ts';
import { itemsOf } from './iterate.ts';
import { itemByPath } from './list-filters.ts';
import { CDK_FILTERS } from './cdk-filters.ts';
import { LIST_FILTERS } from './list-filters.ts';
import { NUMBER_FILTERS } from './number-filters.ts';
import { TEXT_FILTERS } from './text-filters.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';
import { TESTS } from './tests.ts';
import { truthy } from './truthy.ts';

/** `map('upper')`, `map(attribute='id', default=0)`. */
const map: Filter = (run, value, args, keywords) => {
  const items = itemsOf(run, value);
  run.makeMembers(items.length);
  const attribute = keywords?.get('attribute');
  if (args.length === 0 && attribute !== undefined) {
    const [path, missing] = bindArguments(['attribute', 'default'], 1, [], keywords);
    return items.map((item) => itemByPath(run, item, path, missing));
  }
  const [name, ...rest] = args;
  const apply = FILTERS.get(textArgument(name));
  if (!apply) throw new TemplateFault('value', 'a filter is not known');
  return items.map((item) => {
    run.spend(costOf(item));
    return apply(run, item, rest, keywords);
  });
};

const selecting =
  (byAttribute: boolean, keeps: boolean): Filter =>
  (run, value, args) => {
    const items = itemsOf(run, value);
    run.makeMembers(items.length);
    const [path, name, rest] = byAttribute ? [args[0], args[1], args.slice(2)] : [undefined, args[0], args.slice(1)];
    if (byAttribute && path === undefined) throw new TemplateFault('type', 'the name of an attribute is missing');
    const passes = testOf(name);
    return items.filter((item) => {
      const tested = itemByPath(run, item, path);
      run.spend(costOf(tested));
      return passes(run, tested, rest) === keeps;
    });
  };

function testOf(name: unknown): (run: Run, value: unknown, args: readonly unknown[]) => boolean {
  if (name === undefined) return (run, value) => truthy(value, run);
  const test = TESTS.get(textArgument(name));
  if (!test) throw new TemplateFault('value', 'a test is not known');
  return test;
}

/** Every filter that a template can name. Those of the manifest language come before Jinja's of the same name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...TEXT_FILTERS,
  ...NUMBER_FILTERS,
  ...LIST_FILTERS,
  ['map', map],
  ['select', selecting(false, true)],
  ['reject', selecting(false, false)],
  ['selectattr', selecting(true, true)],
  ['rejectattr', selecting(true, false)],
  ...CDK_FILTERS,
]);
