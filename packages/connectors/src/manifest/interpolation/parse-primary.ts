import { pyFloat } from './py-float.ts';
import type { Expression } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
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
  switch (token.type) {
    case 'name':
      if (CONSTANTS.has(token.text)) return { type: 'literal', value: CONSTANTS.get(token.text) };
      if (KEYWORDS.has(token.text)) break;
      return { type: 'name', name: token.text };
    case 'string':
      return parseStrings(reader, token.text);
    case 'integer':
      return { type: 'literal', value: pythonInteger(token.text) };
    case 'float':
      return { type: 'literal', value: pyFloat(Number(token.text)) };
    case 'operator':
      if (token.text === '(') return parseBracket(reader, parse);
      if (token.text === '[') return { type: 'list', items: parseItems(reader, parse, ']') };
      if (token.text === '{') return parseDict(reader, parse);
      break;
    default:
  }
  throw new TemplateFault(
    'value',
    token.type === 'end' ? 'a value is missing at the end of the tag' : `unexpected "${token.text}"`,
  );
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
