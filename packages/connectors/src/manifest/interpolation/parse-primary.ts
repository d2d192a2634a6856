import { pyFloat } from './py-float.ts';
import type { Expression } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import type { Token } from './token.ts';
import type { TokenReader } from './token-reader.ts';
import { pythonInteger } from './python-integer.ts';

type Parse = (reader: TokenReader) => Expression;

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else', 'elif', 'for', 'import']);

/** A literal, name, list, mapping or bracket. `parse` reads the expressions within. */
export function parsePrimary(reader: TokenReader, parse: Parse): Expression {
  const token = reader.take();
  const found = parseLiteral(reader, token) ?? parseEnclosed(reader, parse, token);
  if (found) return found;
  const problem = token.type === 'end' ? 'a value is missing at the end of the tag' : `unexpected "${token.text}"`;
  throw new TemplateFault('value', problem);
}

function parseLiteral(reader: TokenReader, { type, text }: Token): Expression | undefined {
  if (type === 'string') return parseStrings(reader, text);
  if (type === 'integer') return { type: 'literal', value: pythonInteger(text) };
  if (type === 'float') return { type: 'literal', value: pyFloat(Number(text)) };
  if (type !== 'name' || KEYWORDS.has(text)) return undefined;
  return CONSTANTS.has(text) ? { type: 'literal', value: CONSTANTS.get(text) } : { type: 'name', name: text };
}

function parseEnclosed(reader: TokenReader, parse: Parse, { type, text }: Token): Expression | undefined {
  if (type !== 'operator') return undefined;
  if (text === '(') return parseBracket(reader, parse);
  if (text === '[') return { type: 'list', items: parseItems(reader, parse, ']') };
  return text === '{' ? parseDict(reader, parse) : undefined;
}

/** Strings side by side are one. */
function parseStrings(reader: TokenReader, first: string): Expression {
  let value = first;
  while (reader.is('string')) value += reader.take().text;
  return { type: 'literal', value };
}

function parseItems(reader: TokenReader, parse: Parse, close: string): Expression[] {
  const items: Expression[] = [];
  while (!reader.is('operator', close)) {
    if (items.length > 0) reader.expect('operator', ',');
    if (reader.is('operator', close)) break;
    items.push(parse(reader));
  }
  reader.expect('operator', close);
  return items;
}

function parseBracket(reader: TokenReader, parse: Parse): Expression {
  if (reader.takeIf('operator', ')')) return { type: 'tuple', items: [] };
  const first = parse(reader);
  if (reader.takeIf('operator', ')')) return first;
  reader.expect('operator', ',');
  return { type: 'tuple', items: [first, ...parseItems(reader, parse, ')')] };
}

function parseDict(reader: TokenReader, parse: Parse): Expression {
  const entries: (readonly [Expression, Expression])[] = [];
  while (!reader.is('operator', '}')) {
    if (entries.length > 0) reader.expect('operator', ',');
    if (reader.is('operator', '}')) break;
    const key = parse(reader);
    reader.expect('operator', ':');
    entries.push([key, parse(reader)]);
  }
  reader.expect('operator', '}');
  return { type: 'dict', entries };
}
