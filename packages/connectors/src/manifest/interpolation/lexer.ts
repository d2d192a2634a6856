import { pythonStringValue } from './python-string-value.ts';
import { TemplateFault } from './template-fault.ts';
import type { Token } from './token.ts';

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER =
  /(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+)|\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?/y;
const STRING = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,;]/y;
const BLANK = /\s+/y;
const RAW_END = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const RAW_BEGIN = /\{%[-+]?\s*raw\s*([-+]?)%\}/y;

const OPENING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSING: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}' };

interface Cursor {
  readonly source: string;
  at: number;
  readonly tokens: Token[];
  /** The tag before ended with `-`: blanks after it do not count. */
  trims: boolean;
}

/** The tokens of a template. Throws `TemplateFault` for what is none. */
export function tokenize(template: string): Token[] {
  // As Jinja does: one kind of line end, and none at the end of the template.
  const source = template.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '');
  const cursor: Cursor = { source, at: 0, tokens: [], trims: false };
  while (cursor.at < source.length) readPart(cursor);
  cursor.tokens.push({ type: 'eof', text: '' });
  return cursor.tokens;
}

function readPart(cursor: Cursor): void {
  const { source } = cursor;
  const begin = nextTag(source, cursor.at);
  const control = source[begin + 2];
  addData(cursor, source.slice(cursor.at, begin), control === '-');
  cursor.at = begin;
  if (begin === source.length) return;
  const tag = source.slice(begin, begin + 2);
  if (tag === '{#') return skipComment(cursor);
  if (tag === '{%' && readRaw(cursor)) return;
  cursor.at += control === '-' || control === '+' ? 3 : 2;
  readTag(cursor, tag);
}

function nextTag(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
    if ('{%#'.includes(source[at + 1] ?? ' ')) return at;
  }
  return source.length;
}

function addData(cursor: Cursor, data: string, trimsEnd: boolean): void {
  let text = cursor.trims ? data.trimStart() : data;
  if (trimsEnd) text = text.trimEnd();
  cursor.trims = false;
  if (text !== '') cursor.tokens.push({ type: 'data', text });
}

function skipComment(cursor: Cursor): void {
  const end = cursor.source.indexOf('#}', cursor.at + 2);
  if (end < 0) throw new TemplateFault('value', 'a comment is not closed');
  cursor.trims = cursor.source[end - 1] === '-';
  cursor.at = end + 2;
}

function readRaw(cursor: Cursor): boolean {
  const begin = matchAt(RAW_BEGIN, cursor);
  if (!begin) return false;
  RAW_END.lastIndex = cursor.at + begin[0].length;
  const end = RAW_END.exec(cursor.source);
  if (!end) throw new TemplateFault('value', 'a raw block is not closed');
  cursor.trims = begin[1] === '-';
  addData(cursor, cursor.source.slice(cursor.at + begin[0].length, end.index), end[1] === '-');
  cursor.trims = end[2] === '-';
  cursor.at = RAW_END.lastIndex;
  return true;
}

function readTag(cursor: Cursor, tag: string): void {
  const close = CLOSING[tag] ?? '';
  const open: string[] = [];
  cursor.tokens.push({ type: 'begin', text: tag });
  while (true) {
    const blank = matchAt(BLANK, cursor);
    if (blank) cursor.at += blank[0].length;
    if (cursor.at >= cursor.source.length) throw new TemplateFault('value', `a tag is not closed with "${close}"`);
    if (open.length === 0 && closesTag(cursor, close)) break;
    readToken(cursor, open);
  }
  cursor.tokens.push({ type: 'end', text: tag });
}

function closesTag(cursor: Cursor, close: string): boolean {
  const { source, at } = cursor;
  const signed = source[at] === '-' || source[at] === '+';
  if (!source.startsWith(close, signed ? at + 1 : at)) return false;
  cursor.trims = source[at] === '-';
  cursor.at = at + close.length + (signed ? 1 : 0);
  return true;
}

function readToken(cursor: Cursor, open: string[]): void {
  const string = matchAt(STRING, cursor);
  if (string) return add(cursor, string[0], { type: 'string', text: pythonStringValue(string[0].slice(1, -1)) });
  const number = matchAt(NUMBER, cursor);
  if (number) {
    const isFloat = /^\d.*[.eE]/.test(number[0]) && !/^0[xX]/.test(number[0]);
    return add(cursor, number[0], { type: isFloat ? 'float' : 'integer', text: number[0].replaceAll('_', '') });
  }
  const name = matchAt(NAME, cursor);
  if (name) return add(cursor, name[0], { type: 'name', text: name[0] });
  const operator = matchAt(OPERATOR, cursor)?.[0];
  if (operator === undefined) throw new TemplateFault('value', 'there is a character that does not belong here');
  if (operator in OPENING) open.push(OPENING[operator] ?? '');
  else if (')]}'.includes(operator) && open.pop() !== operator)
    throw new TemplateFault('value', `unexpected "${operator}"`);
  add(cursor, operator, { type: 'operator', text: operator });
}

function add(cursor: Cursor, written: string, token: Token): void {
  cursor.tokens.push(token);
  cursor.at += written.length;
}

function matchAt(pattern: RegExp, cursor: Cursor): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  return pattern.exec(cursor.source);
}
