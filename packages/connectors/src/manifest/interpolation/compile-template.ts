import { compileExpression, compileFilter } from './compile-expression.ts';
import type { Evaluate, Names } from './compile-expression.ts';
import { compileLoop } from './compile-loop.ts';
import { namesSetIn } from './names-set-in.ts';
import { Output } from './output.ts';
import { parseTemplate } from './parse-template.ts';
import { assign } from './assign.ts';
import { pythonText } from './python-text.ts';
import type { Run } from './run.ts';
import type { FilterChain, Node } from './syntax.ts';
import { truthy } from './truthy.ts';

/** Writes what a part of a template gives. */
export type Write = (run: Run, output: Output) => void;

export interface CompiledTemplate {
  /** Set when the template is one expression and nothing else: its value, before it is written as text. */
  readonly single: Evaluate | undefined;
  /** The text that the template gives. */
  render(run: Run): string;
  /** Names that the context has to have, whether or not they are come by. */
  readonly wanted: readonly string[];
  /** Steps of its expressions themselves, once each. */
  readonly cost: number;
}

/** Compiles a template once. Throws `TemplateFault` when it is not well formed, or names a filter or test that nobody knows. */
export function compileTemplate(source: string): CompiledTemplate {
  const nodes = parseTemplate(source);
  const names: Names = { set: namesSetIn(nodes), wanted: new Set(), used: new Set(), size: 0 };
  const [first] = nodes;
  const single = nodes.length === 1 && first?.type === 'output' ? compileExpression(first.value, names) : undefined;
  const write: Write = single ? (run, output) => output.add(pythonText(single(run), run)) : compileNodes(nodes, names);
  return {
    single,
    wanted: [...names.wanted],
    cost: names.size / 2,
    render(run) {
      const output = new Output(run);
      write(run, output);
      return output.text();
    },
  };
}

function compileNodes(nodes: readonly Node[], names: Names): Write {
  const all = nodes.map((node) => compileNode(node, names));
  return (run, output) => {
    for (const write of all) write(run, output);
  };
}

function compileNode(node: Node, names: Names): Write {
  names.size += 1;
  switch (node.type) {
    case 'text':
      return (_, output) => output.add(node.text);
    case 'output': {
      const value = compileExpression(node.value, names);
      return (run, output) => output.add(pythonText(value(run), run));
    }
    case 'if':
      return compileIf(node, names);
    case 'for':
      return compileLoop(node.loop, names, compileNodes);
    case 'set': {
      const value = compileExpression(node.value, names);
      return (run) => assign(run, node.target, value(run));
    }
    case 'setBlock': {
      const value = compileBlock(node.body, node.filters, names);
      return (run) => assign(run, node.target, value(run));
    }
    case 'filterBlock': {
      const value = compileBlock(node.body, node.filters, names);
      return (run, output) => output.add(pythonText(value(run), run));
    }
    case 'with':
      return compileWith(node, names);
  }
}

function compileIf({ branches }: Extract<Node, { readonly type: 'if' }>, names: Names): Write {
  const all = branches.map(({ condition, body }) => ({
    applies: condition ? compileExpression(condition, names) : () => true,
    write: compileNodes(body, names),
  }));
  return (run, output) => all.find(({ applies }) => truthy(applies(run), run))?.write(run, output);
}

/** The text of a body, through filters. */
function compileBlock(body: readonly Node[], filters: FilterChain, names: Names): Evaluate {
  const write = compileNodes(body, names);
  const text: Evaluate = (run) => {
    const inner = new Output(run);
    run.inScope(() => write(run, inner));
    return inner.text();
  };
  return filters.reduce((value, filter) => compileFilter(value, filter, names), text);
}

function compileWith({ values, body }: Extract<Node, { readonly type: 'with' }>, names: Names): Write {
  const all = values.map(([name, value]) => [name, compileExpression(value, names)] as const);
  const write = compileNodes(body, names);
  return (run, output) => {
    const given = all.map(([name, value]) => [name, value(run)] as const);
    run.inScope(() => {
      for (const [name, value] of given) run.setLocal(name, value);
      write(run, output);
    });
  };
}
