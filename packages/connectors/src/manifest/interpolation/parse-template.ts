import { LIMITS } from './limits.ts';
import { tokenize } from './lexer.ts';
import { parseExpression, parseFilterChain, parseTuple } from './parse-expression.ts';
import type { Branch, Expression, Node, Target } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import { TokenReader } from './token-reader.ts';

/** The tree of a template. Throws `TemplateFault` when it is not well formed. */
export function parseTemplate(source: string): readonly Node[] {
  if (source.length > LIMITS.source) throw new TemplateFault('value', 'the template is too long');
  const reader = new TokenReader(tokenize(source));
  const nodes = parseNodes(reader, []);
  reader.expect('eof');
  return nodes;
}

/** Reads to the end, or to a tag whose name is in `until`; that tag is left where it is. */
function parseNodes(reader: TokenReader, until: readonly string[]): Node[] {
  return reader.nested(() => {
    const nodes: Node[] = [];
    while (!reader.is('eof')) {
      if (reader.is('data')) nodes.push({ type: 'text', text: reader.take().text });
      else if (reader.takeIf('begin', '{{')) {
        nodes.push({ type: 'output', value: parseTuple(reader) });
        reader.expect('end', '{{');
      } else {
        const name = reader.ahead(1).text;
        if (until.includes(name)) break;
        reader.expect('begin', '{%');
        nodes.push(parseStatement(reader));
      }
    }
    return nodes;
  });
}

function parseStatement(reader: TokenReader): Node {
  const { text: name } = reader.expect('name');
  switch (name) {
    case 'if':
      return parseIf(reader);
    case 'for':
      return parseFor(reader);
    case 'set':
      return parseSet(reader);
    case 'with':
      return parseWith(reader);
    case 'filter': {
      const filters = parseFilterChain(reader);
      return { type: 'filterBlock', filters, body: parseBody(reader, 'endfilter') };
    }
    default:
      throw new TemplateFault('value', `the tag "${name}" is not known here`);
  }
}

function endTag(reader: TokenReader): void {
  reader.expect('end', '{%');
}

function parseBody(reader: TokenReader, end: string): Node[] {
  endTag(reader);
  const body = parseNodes(reader, [end]);
  takeTag(reader, end);
  return body;
}

function takeTag(reader: TokenReader, name: string): void {
  reader.expect('begin', '{%');
  reader.expect('name', name);
  endTag(reader);
}

function parseIf(reader: TokenReader): Node {
  const branches: Branch[] = [];
  let condition: Expression | undefined = parseTuple(reader);
  while (true) {
    endTag(reader);
    const body = parseNodes(reader, ['elif', 'else', 'endif']);
    branches.push({ condition, body });
    reader.expect('begin', '{%');
    const name = reader.expect('name').text;
    if (name === 'endif') break;
    if (condition === undefined) throw new TemplateFault('value', `"${name}" after "else"`);
    condition = name === 'elif' ? parseTuple(reader) : undefined;
  }
  endTag(reader);
  return { type: 'if', branches };
}

function parseFor(reader: TokenReader): Node {
  const target = parseTarget(reader);
  if (target.type === 'attribute') throw new TemplateFault('value', 'a loop needs a name');
  reader.expect('name', 'in');
  const { of, condition } = withCondition(parseTuple(reader));
  if (reader.is('name', 'recursive')) throw new TemplateFault('value', 'recursive loops are not supported');
  endTag(reader);
  const body = parseNodes(reader, ['else', 'endfor']);
  reader.expect('begin', '{%');
  let otherwise: Node[] = [];
  if (reader.takeIf('name', 'else')) {
    endTag(reader);
    otherwise = parseNodes(reader, ['endfor']);
    reader.expect('begin', '{%');
  }
  reader.expect('name', 'endfor');
  endTag(reader);
  return { type: 'for', loop: { target, of, condition, body, otherwise } };
}

/** An `if` after what a loop goes over is the loop's own, unless it has an `else`. */
function withCondition(value: Expression): { readonly of: Expression; readonly condition: Expression | undefined } {
  if (value.type !== 'choice' || value.otherwise !== undefined) return { of: value, condition: undefined };
  return { of: value.then, condition: value.condition };
}

function parseSet(reader: TokenReader): Node {
  const target = parseTarget(reader);
  if (reader.takeIf('operator', '=')) {
    const value = parseTuple(reader);
    endTag(reader);
    return { type: 'set', target, value };
  }
  const filters = reader.takeIf('operator', '|') ? parseFilterChain(reader) : [];
  return { type: 'setBlock', target, filters, body: parseBody(reader, 'endset') };
}

function parseTarget(reader: TokenReader): Target {
  const bracket = reader.takeIf('operator', '(');
  const names = [reader.expect('name').text];
  if (!bracket && reader.takeIf('operator', '.')) {
    return { type: 'attribute', object: names[0] ?? '', name: reader.expect('name').text };
  }
  let isTuple = false;
  while (reader.takeIf('operator', ',')) {
    isTuple = true;
    if (reader.is('name') && !reader.is('name', 'in')) names.push(reader.take().text);
  }
  if (bracket) reader.expect('operator', ')');
  return isTuple ? { type: 'names', names } : { type: 'name', name: names[0] ?? '' };
}

function parseWith(reader: TokenReader): Node {
  const values: (readonly [string, Expression])[] = [];
  while (reader.is('name')) {
    if (values.length > 0) reader.takeIf('operator', ',');
    const name = reader.expect('name').text;
    reader.expect('operator', '=');
    values.push([name, parseExpression(reader)]);
    if (!reader.takeIf('operator', ',')) break;
  }
  return { type: 'with', values, body: parseBody(reader, 'endwith') };
}
