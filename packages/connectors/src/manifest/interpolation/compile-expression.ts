import { callMethod, callValue, costOf, getAttribute, getItem } from './access.ts';
import { compareValues } from './compare.ts';
import { FILTERS } from './filters.ts';
import { itemsOf } from './iterate.ts';
import { joinTexts } from './join-texts.ts';
import { MACROS } from './macros.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { operate, operateUnary } from './operators.ts';
import { PyDict } from './py-dict.ts';
import type { KeywordArguments } from './py-function.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { pythonText } from './python-text.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { sliceOf } from './slice.ts';
import type { CallArguments, Expression } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import { TESTS } from './tests.ts';
import { truthy } from './truthy.ts';

/** A compiled expression. */
export type Evaluate = (run: Run) => unknown;

/** What the compiler has found out about a template. */
export interface Names {
  /** Names that the template itself sets somewhere. */
  readonly set: ReadonlySet<string>;
  /** Names that the context has to have. */
  readonly wanted: Set<string>;
  /** Names that expressions use. */
  readonly used: Set<string>;
  /** Expressions so far, the cost of a pass over them. */
  size: number;
}

type Of<Type extends Expression['type']> = Extract<Expression, { readonly type: Type }>;

/** Turns an expression into a closure. Throws `TemplateFault` for filters and tests that nobody knows. */
export function compileExpression(node: Expression, names: Names): Evaluate {
  names.size += 1;
  const compile = COMPILERS[node.type] as (node: Expression, names: Names) => Evaluate;
  return compile(node, names);
}

const COMPILERS: { readonly [Type in Expression['type']]: (node: Of<Type>, names: Names) => Evaluate } = {
  literal:
    ({ value }) =>
    () =>
      value,
  name: compileName,
  list: (node, names) => compileItems(node.items, names),
  tuple: (node, names) => {
    const items = compileItems(node.items, names);
    return (run) => new PyTuple(items(run));
  },
  dict: compileDict,
  attribute: ({ of, name }, names) => {
    const value = compileExpression(of, names);
    return (run) => getAttribute(run, value(run), name);
  },
  item: ({ of, key }, names) => {
    const [value, at] = [compileExpression(of, names), compileExpression(key, names)];
    const shown = key.type === 'literal' && typeof key.value === 'string' ? key.value : undefined;
    return (run) => getItem(run, value(run), at(run), shown);
  },
  slice: ({ of, bounds }, names) => {
    const value = compileExpression(of, names);
    const [start, end, step] = [0, 1, 2].map((index) => compileOptional(bounds[index], names)) as [
      Evaluate,
      Evaluate,
      Evaluate,
    ];
    return (run) => sliceOf(run, value(run), start(run), end(run), step(run));
  },
  call: compileCall,
  filter: (node, names) => compileFilter(compileExpression(node.of, names), node, names),
  test: compileTest,
  unary: ({ operator, of }, names) => {
    const value = compileExpression(of, names);
    return (run) => operateUnary(operator, value(run));
  },
  binary: ({ operator, left, right }, names) => {
    const [first, second] = [compileExpression(left, names), compileExpression(right, names)];
    return (run) => operate(run, operator, first(run), second(run));
  },
  compare: compileComparison,
  concat: ({ parts }, names) => {
    const items = compileItems(parts, names);
    return (run) =>
      joinTexts(
        run,
        '',
        items(run).map((item) => pythonText(item, run)),
      );
  },
  and: ({ left, right }, names) => {
    const [first, second] = [compileExpression(left, names), compileExpression(right, names)];
    return (run) => {
      const value = first(run);
      return truthy(value, run) ? second(run) : value;
    };
  },
  or: ({ left, right }, names) => {
    const [first, second] = [compileExpression(left, names), compileExpression(right, names)];
    return (run) => {
      const value = first(run);
      return truthy(value, run) ? value : second(run);
    };
  },
  not: ({ of }, names) => {
    const value = compileExpression(of, names);
    return (run) => !truthy(value(run), run);
  },
  choice: ({ condition, then, otherwise }, names) => {
    const [decide, first] = [compileExpression(condition, names), compileExpression(then, names)];
    const second = otherwise ? compileExpression(otherwise, names) : () => new PyUndefined('the value without "else"');
    return (run) => (truthy(decide(run), run) ? first(run) : second(run));
  },
};

/** Names that are the same as others, from older manifests. */
const ALIASES: Readonly<Record<string, string>> = {
  stream_interval: 'stream_slice',
  stream_partition: 'stream_slice',
  options: 'parameters',
};

/** The name under which a context holds a variable. */
export function contextName(context: object, name: string): string | undefined {
  if (Object.hasOwn(context, name)) return name;
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  return alias !== undefined && Object.hasOwn(context, alias) ? alias : undefined;
}

function compileName({ name }: Of<'name'>, names: Names): Evaluate {
  const macro = MACROS.get(name);
  const isSet = names.set.has(name);
  names.used.add(name);
  if (!macro && !isSet) names.wanted.add(name);
  const fromContext: Evaluate = ({ context }) => {
    const found = Object.hasOwn(context, name) ? name : contextName(context, name);
    if (found !== undefined) return context[found] ?? null;
    return macro ?? new PyUndefined(name);
  };
  if (!isSet) return (run) => run.current(fromContext(run));
  return (run) => {
    const value = run.local(name);
    return run.current(value === undefined ? fromContext(run) : value);
  };
}

function compileItems(items: readonly Expression[], names: Names): (run: Run) => unknown[] {
  const all = items.map((item) => compileExpression(item, names));
  return (run) => {
    run.spend(1 + all.length);
    return all.map((item) => item(run));
  };
}

const compileOptional = (node: Expression | undefined, names: Names): Evaluate =>
  node ? compileExpression(node, names) : () => null;

function compileDict({ entries }: Of<'dict'>, names: Names): Evaluate {
  const all = entries.map(([key, value]) => [compileExpression(key, names), compileExpression(value, names)] as const);
  return (run) => {
    run.spend(1 + all.length);
    return new PyDict(
      all.map(([key, value]) => {
        const made = defined(key(run));
        if (typeof made === 'string') run.lookUp(made);
        return [made, value(run)] as const;
      }),
    );
  };
}

interface Arguments {
  readonly positional: (run: Run) => readonly unknown[];
  readonly keywords: (run: Run) => KeywordArguments | undefined;
}

function compileArguments(args: CallArguments, names: Names): Arguments {
  const items = args.positional.map(({ value, spread }) => ({ value: compileExpression(value, names), spread }));
  const named = args.keywords.map(([name, value]) => [name, compileExpression(value, names)] as const);
  const spread = args.spreadKeywords && compileExpression(args.spreadKeywords, names);
  const hasSpread = items.some((item) => item.spread);
  return {
    positional: hasSpread
      ? (run) => items.flatMap((item) => (item.spread ? itemsOf(run, item.value(run)) : [item.value(run)]))
      : (run) => items.map((item) => item.value(run)),
    keywords:
      named.length === 0 && !spread
        ? () => undefined
        : (run) =>
            new Map([
              ...named.map(([name, value]) => [name, value(run)] as const),
              ...(spread ? spreadNames(run, spread(run)) : []),
            ]),
  };
}

function spreadNames(run: Run, value: unknown): (readonly [string, unknown])[] {
  if (!isMapping(value)) throw new TemplateFault('type', 'only a mapping gives arguments by name');
  return mappingEntries(value, run).map(([key, member]) => [pythonText(key, run), member] as const);
}

function compileCall({ callee, args }: Of<'call'>, names: Names): Evaluate {
  const { positional, keywords } = compileArguments(args, names);
  if (callee.type === 'attribute') {
    const of = compileExpression(callee.of, names);
    const { name } = callee;
    return (run) => callMethod(run, of(run), name, positional(run), keywords(run));
  }
  const value = compileExpression(callee, names);
  return (run) => callValue(run, value(run), positional(run), keywords(run));
}

/** A filter that is applied to what `value` gives. */
export function compileFilter(
  value: Evaluate,
  node: { readonly name: string; readonly args: CallArguments },
  names: Names,
): Evaluate {
  const filter = FILTERS.get(node.name);
  if (!filter) throw new TemplateFault('value', `the filter "${node.name}" is not known`);
  const { positional, keywords } = compileArguments(node.args, names);
  return (run) => {
    const input = value(run);
    run.spend(costOf(input));
    return filter(run, input, positional(run), keywords(run));
  };
}

function compileTest({ of, name, args }: Of<'test'>, names: Names): Evaluate {
  const value = compileExpression(of, names);
  const { positional } = compileArguments(args, names);
  if (name === 'filter' || name === 'test') {
    const known: ReadonlyMap<string, unknown> = name === 'filter' ? FILTERS : TESTS;
    return (run) => known.has(pythonText(value(run), run));
  }
  const test = TESTS.get(name);
  if (!test) throw new TemplateFault('value', `the test "${name}" is not known`);
  return (run) => {
    const input = value(run);
    run.spend(costOf(input));
    return test(run, input, positional(run));
  };
}

function compileComparison({ first, rest }: Of<'compare'>, names: Names): Evaluate {
  const start = compileExpression(first, names);
  const steps = rest.map(({ operator, right }) => ({ operator, right: compileExpression(right, names) }));
  return (run) => {
    let left = start(run);
    for (const { operator, right } of steps) {
      const value = right(run);
      if (!compareValues(run, operator, left, value)) return false;
      left = value;
    }
    return true;
  };
}
