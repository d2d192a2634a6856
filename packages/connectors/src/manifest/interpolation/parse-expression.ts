import { parseCallArguments } from './parse-call-arguments.ts';
import { parsePrimary } from './parse-primary.ts';
import { LIMITS } from './limits.ts';
import type { BinaryOperator, CallArguments, Comparison, ComparisonOperator, Expression } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import type { TokenReader } from './token-reader.ts';

const NO_ARGUMENTS: CallArguments = { positional: [], keywords: [], spreadKeywords: undefined };
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const NOT_AN_ARGUMENT: ReadonlySet<string> = new Set(['else', 'or', 'and', 'is', 'if', 'in', 'not']);

/** An expression by Jinja's grammar (jinja.palletsprojects.com, "Expressions"); `a, b` without brackets only where it is asked for. */
export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() => parseChoice(reader));
}

/** An expression, or several with commas between them, which are a tuple. */
export function parseTuple(reader: TokenReader): Expression {
  const first = parseExpression(reader);
  if (!reader.is('operator', ',')) return first;
  const items = [first];
  while (reader.takeIf('operator', ',')) {
    if (reader.is('end')) break;
    items.push(parseExpression(reader));
  }
  return { type: 'tuple', items };
}

function parseChoice(reader: TokenReader): Expression {
  let value = parseOr(reader);
  for (let length = 0; reader.takeIf('name', 'if'); length++) {
    bound(length);
    const condition = parseOr(reader);
    const otherwise = reader.takeIf('name', 'else') ? parseExpression(reader) : undefined;
    value = { type: 'choice', condition, then: value, otherwise };
  }
  return value;
}

function parseOr(reader: TokenReader): Expression {
  let left = parseAnd(reader);
  for (let length = 0; reader.takeIf('name', 'or'); length++) {
    bound(length);
    left = { type: 'or', left, right: parseAnd(reader) };
  }
  return left;
}

function parseAnd(reader: TokenReader): Expression {
  let left = parseNot(reader);
  for (let length = 0; reader.takeIf('name', 'and'); length++) {
    bound(length);
    left = { type: 'and', left, right: parseNot(reader) };
  }
  return left;
}

function parseNot(reader: TokenReader): Expression {
  if (reader.is('name', 'not')) {
    reader.take();
    return { type: 'not', of: reader.nested(() => parseNot(reader)) };
  }
  return parseComparison(reader);
}

function parseComparison(reader: TokenReader): Expression {
  const first = parseSum(reader);
  const rest: Comparison[] = [];
  while (true) {
    const operator = takeComparison(reader);
    if (operator === undefined) break;
    rest.push({ operator, right: parseSum(reader) });
  }
  return rest.length === 0 ? first : { type: 'compare', first, rest };
}

function takeComparison(reader: TokenReader): ComparisonOperator | undefined {
  const { current } = reader;
  if (current.type === 'operator' && COMPARISONS.has(current.text)) return reader.take().text as ComparisonOperator;
  if (reader.takeIf('name', 'in')) return 'in';
  if (!reader.is('name', 'not') || reader.ahead(1).text !== 'in') return undefined;
  reader.take();
  reader.take();
  return 'not in';
}

function parseSum(reader: TokenReader): Expression {
  return parseBinary(reader, ['+', '-'], parseConcat);
}

function parseConcat(reader: TokenReader): Expression {
  const parts = [parseProduct(reader)];
  while (reader.takeIf('operator', '~')) parts.push(parseProduct(reader));
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : { type: 'concat', parts };
}

function parseProduct(reader: TokenReader): Expression {
  return parseBinary(reader, ['*', '/', '//', '%'], parsePower);
}

function parseBinary(
  reader: TokenReader,
  operators: readonly BinaryOperator[],
  operand: (reader: TokenReader) => Expression,
): Expression {
  let left = operand(reader);
  for (let length = 0; ; length++) {
    const operator = operators.find((one) => reader.is('operator', one));
    if (operator === undefined) return left;
    bound(length);
    reader.take();
    left = { type: 'binary', operator, left, right: operand(reader) };
  }
}

/** Powers bind after signs and filters, and from the left, as in Jinja. */
function parsePower(reader: TokenReader): Expression {
  return parseBinary(reader, ['**'], (inner) => parseUnary(inner, true));
}

function parseUnary(reader: TokenReader, withFilters: boolean): Expression {
  const sign = ['+', '-'].find((one) => reader.is('operator', one));
  let node: Expression;
  if (sign === '+' || sign === '-') {
    reader.take();
    node = { type: 'unary', operator: sign, of: reader.nested(() => parseUnary(reader, false)) };
  } else {
    node = parsePrimary(reader, parseExpression);
  }
  node = parsePostfix(reader, node);
  return withFilters ? parseFilters(reader, node) : node;
}

function parsePostfix(reader: TokenReader, start: Expression): Expression {
  let node = start;
  for (let length = 0; ; length++) {
    bound(length);
    if (reader.takeIf('operator', '.')) {
      node = parseDot(reader, node);
    } else if (reader.takeIf('operator', '[')) {
      node = parseSubscript(reader, node);
    } else if (reader.is('operator', '(')) {
      node = { type: 'call', callee: node, args: parseCallArguments(reader, parseExpression) };
    } else return node;
  }
}

function parseDot(reader: TokenReader, of: Expression): Expression {
  if (reader.is('integer')) return { type: 'item', of, key: { type: 'literal', value: Number(reader.take().text) } };
  return { type: 'attribute', of, name: reader.expect('name').text };
}

function parseSubscript(reader: TokenReader, of: Expression): Expression {
  const bounds: (Expression | undefined)[] = [undefined];
  let commas = 0;
  const items: Expression[] = [];
  while (!reader.is('operator', ']')) {
    if (reader.takeIf('operator', ':')) bounds.push(undefined);
    else if (reader.takeIf('operator', ',')) commas += 1;
    else {
      const value = parseExpression(reader);
      bounds[bounds.length - 1] = value;
      items.push(value);
    }
  }
  reader.expect('operator', ']');
  if (bounds.length > 3 || (bounds.length > 1 && commas > 0))
    throw new TemplateFault('value', 'a slice is not well formed');
  if (bounds.length > 1) return { type: 'slice', of, bounds };
  const [key] = items;
  if (key === undefined) throw new TemplateFault('value', 'a subscript is empty');
  return { type: 'item', of, key: commas > 0 ? { type: 'tuple', items } : key };
}

function parseFilters(reader: TokenReader, start: Expression): Expression {
  let node = start;
  for (let length = 0; ; length++) {
    bound(length);
    if (reader.takeIf('operator', '|')) {
      const name = parseDottedName(reader);
      const args = reader.is('operator', '(') ? parseCallArguments(reader, parseExpression) : NO_ARGUMENTS;
      node = { type: 'filter', of: node, name, args };
    } else if (reader.takeIf('name', 'is')) {
      node = parseTest(reader, node);
    } else if (reader.is('operator', '(')) {
      node = { type: 'call', callee: node, args: parseCallArguments(reader, parseExpression) };
    } else return node;
  }
}

/** The names and arguments after `|` in blocks that filter: `{% filter upper | trim %}`. */
export function parseFilterChain(reader: TokenReader): { readonly name: string; readonly args: CallArguments }[] {
  const chain: { readonly name: string; readonly args: CallArguments }[] = [];
  do {
    const name = parseDottedName(reader);
    chain.push({ name, args: reader.is('operator', '(') ? parseCallArguments(reader, parseExpression) : NO_ARGUMENTS });
  } while (reader.takeIf('operator', '|'));
  return chain;
}

function parseTest(reader: TokenReader, of: Expression): Expression {
  const negated = reader.takeIf('name', 'not');
  const name = parseDottedName(reader);
  const test: Expression = { type: 'test', of, name, args: parseTestArguments(reader) };
  return negated ? { type: 'not', of: test } : test;
}

/** `is divisibleby(3)`, or `is divisibleby 3`. */
function parseTestArguments(reader: TokenReader): CallArguments {
  if (reader.is('operator', '(')) return parseCallArguments(reader, parseExpression);
  const { current } = reader;
  const begins =
    ['string', 'integer', 'float'].includes(current.type) ||
    (current.type === 'name' && !NOT_AN_ARGUMENT.has(current.text)) ||
    (current.type === 'operator' && ['[', '{'].includes(current.text));
  if (!begins) return NO_ARGUMENTS;
  const value = parsePostfix(reader, parsePrimary(reader, parseExpression));
  return { positional: [{ value, spread: false }], keywords: [], spreadKeywords: undefined };
}

function parseDottedName(reader: TokenReader): string {
  let name = reader.expect('name').text;
  while (reader.takeIf('operator', '.')) name += `.${reader.expect('name').text}`;
  return name;
}

/** Chains become trees as deep as they are long. */
function bound(length: number): void {
  if (length > LIMITS.nesting * 4) throw new TemplateFault('value', 'an expression is too long');
}
