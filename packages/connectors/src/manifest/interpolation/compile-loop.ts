import { assign } from './assign.ts';
import { compileExpression } from './compile-expression.ts';
import type { Names } from './compile-expression.ts';
import { equalValues } from './compare.ts';
import { itemsOf } from './iterate.ts';
import type { Output } from './output.ts';
import { PyDict } from './py-dict.ts';
import { PyFunction } from './py-function.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import type { Run } from './run.ts';
import type { ForLoop, Node } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import { truthy } from './truthy.ts';

type Write = (run: Run, output: Output) => void;
type CompileNodes = (nodes: readonly Node[], names: Names) => Write;

/** Steps of a pass itself: its scope and its variables. */
const PASS = 10;
/** Members that are copied for one step. */
const COPIED_PER_STEP = 64;

/** `{% for %}` with `loop`, an `if` of its own, and `else`. */
export function compileLoop(loop: ForLoop, names: Names, compileNodes: CompileNodes): Write {
  const of = compileExpression(loop.of, names);
  const before = names.size;
  const keeps = loop.condition && compileExpression(loop.condition, names);
  // What is left out is looked at, too.
  const keepCost = PASS + names.size - before;
  const inner: Names = { ...names, used: new Set(), size: 0 };
  const body = compileNodes(loop.body, inner);
  for (const name of inner.used) names.used.add(name);
  names.size += inner.size;
  const usesLoop = inner.used.has('loop');
  // A pass costs as much as there is in the body, so that no body makes the limit of steps too weak.
  const cost = PASS + names.size - before;
  const otherwise = compileNodes(loop.otherwise, names);
  return (run, output) => {
    const given = itemsOf(run, of(run));
    run.spend(given.length / COPIED_PER_STEP);
    const all = [...given];
    const isKept = (item: unknown): boolean => {
      run.spend(keepCost);
      return !keeps || kept(run, loop, item, keeps);
    };
    const items = keeps ? all.filter(isKept) : all;
    if (items.length === 0) return run.inScope(() => otherwise(run, output));
    const state: LoopState = { items, changed: undefined };
    for (const [index, item] of items.entries()) {
      run.spend(cost);
      run.inScope(() => {
        if (usesLoop) run.setLocal('loop', loopVariable(state, index));
        assign(run, loop.target, run.current(item));
        body(run, output);
      });
    }
  };
}

function kept(run: Run, { target }: ForLoop, item: unknown, keeps: (run: Run) => unknown): boolean {
  let result = false;
  run.inScope(() => {
    assign(run, target, item);
    result = truthy(keeps(run), run);
  });
  return result;
}

interface LoopState {
  readonly items: readonly unknown[];
  /** What `loop.changed(…)` was called with last. */
  changed: readonly unknown[] | undefined;
}

function loopVariable(state: LoopState, index: number): PyDict {
  const { items } = state;
  const { length } = items;
  return new PyDict([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['depth', 1],
    ['depth0', 0],
    ['previtem', index > 0 ? items[index - 1] : new PyUndefined('previtem')],
    ['nextitem', index < length - 1 ? items[index + 1] : new PyUndefined('nextitem')],
    ['cycle', new PyFunction('cycle', (_, args) => cycled(args, index))],
    ['changed', new PyFunction('changed', (run, args) => changed(run, state, args))],
  ]);
}

function cycled(args: readonly unknown[], index: number): unknown {
  if (args.length === 0) throw new TemplateFault('type', 'nothing is given to cycle through');
  return args[index % args.length];
}

function changed(run: Run, state: LoopState, args: readonly unknown[]): boolean {
  const before = state.changed;
  state.changed = args;
  return before === undefined || !equalValues(run, new PyTuple(before), new PyTuple(args));
}
