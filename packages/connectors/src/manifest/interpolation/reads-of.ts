import { DICT_METHODS } from './dict-methods.ts';
import { namesSetIn } from './names-set-in.ts';
import { parseTemplate } from './parse-template.ts';
import type { Expression, Node } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import { isTemplate } from './text-template.ts';

/** Names of fields, from the outside in, that a template looks at; without a name it is the whole value. */
export type ReadPath = readonly string[];

/**
 * Where a template looks into the variable `name`, as far as its text says so: `{{ response.meta.next }}` gives
 * `[['meta', 'next']]`, `{{ response }}` `[[]]`. What follows a key that is worked out, or a method other than `get`, may be
 * anything, so that the value before it counts. `undefined` when nothing can be said, as of a template that is not well formed.
 */
export function readsOf(source: string, name: string): readonly ReadPath[] | undefined {
  if (!isTemplate(source)) return [];
  const nodes = nodesOf(source);
  if (!nodes || namesSetIn(nodes).has(name)) return undefined;
  const reads: ReadPath[] = [];
  collect(nodes, name, reads);
  return reads;
}

function nodesOf(source: string): readonly Node[] | undefined {
  try {
    return parseTemplate(source);
  } catch (error) {
    if (error instanceof TemplateFault) return undefined;
    throw error;
  }
}

/** Goes through any part of a tree: lists, nodes, expressions and what they are made of. */
function collect(part: unknown, name: string, reads: ReadPath[]): void {
  if (typeof part !== 'object' || part === null) return;
  const chain = 'type' in part ? chainOf(part as Expression, name) : undefined;
  if (chain) reads.push(chain.path);
  for (const inner of chain?.beside ?? Object.values(part)) collect(inner, name, reads);
}

/** A value that is reached from the variable; `beside` are parts on the way that may look at it on their own. */
interface Chain {
  readonly path: ReadPath;
  /** It goes on where its text does not say; what follows is somewhere below `path`. */
  readonly isLost?: true;
  readonly beside: readonly unknown[];
}

function chainOf(expression: Expression, name: string): Chain | undefined {
  if (expression.type === 'name') return expression.name === name ? { path: [], beside: [] } : undefined;
  if (expression.type === 'attribute') {
    const of = chainOf(expression.of, name);
    // A method wins over a field of its name.
    return of && (DICT_METHODS.has(expression.name) ? lost(of) : below(of, expression.name));
  }
  if (expression.type === 'item') {
    const of = chainOf(expression.of, name);
    return of && keyed(of, expression.key);
  }
  if (expression.type === 'call') return chainOfCall(expression, name);
  return expression.type === 'compare' ? chainOfMembership(expression, name) : undefined;
}

/** `'next' in response` looks at that field only. */
function chainOfMembership(
  { first, rest }: Extract<Expression, { readonly type: 'compare' }>,
  name: string,
): Chain | undefined {
  const [only, ...others] = rest;
  if (!only || others.length > 0 || !only.operator.endsWith('in')) return undefined;
  const of = chainOf(only.right, name);
  return of && keyed(of, first);
}

function chainOfCall(
  { callee, args }: Extract<Expression, { readonly type: 'call' }>,
  name: string,
): Chain | undefined {
  if (callee.type !== 'attribute') return undefined;
  const of = chainOf(callee.of, name);
  if (!of) return undefined;
  const [first, ...others] = args.positional;
  if (callee.name !== 'get' || !first || first.spread) return lost(of, args);
  const found = keyed(of, first.value);
  return { ...found, beside: [...found.beside, others, args.keywords, args.spreadKeywords] };
}

const below = (of: Chain, name: string): Chain => (of.isLost ? of : { ...of, path: [...of.path, name] });

const lost = (of: Chain, ...beside: readonly unknown[]): Chain => ({
  ...of,
  isLost: true,
  beside: [...of.beside, ...beside],
});

const keyed = (of: Chain, key: Expression): Chain =>
  key.type === 'literal' && typeof key.value === 'string' ? below(of, key.value) : lost(of, key);
