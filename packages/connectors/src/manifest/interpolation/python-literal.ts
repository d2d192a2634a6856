import type { Fuel } from './fuel.ts';
import { LIMITS } from './limits.ts';
import { pyFloat } from './py-float.ts';
import type { PyFloat } from './py-float.ts';
import { PyDict } from './py-dict.ts';
import { PyTuple } from './py-tuple.ts';
import { pythonInteger } from './python-integer.ts';
import { pythonStringValue } from './python-string-value.ts';
import { TemplateFault } from './template-fault.ts';

/** Stops the reading of a text that is no literal. */
const NO_LITERAL = new TemplateFault('value', 'no literal');

const BLANK = /(?:[ \t\f]|\\\n)*/y;
// Within brackets lines may end, and comments may stand.
const INNER_BLANK = /(?:\s|\\\n|#[^\n]*)*/y;
const NUMBER =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*(?:[eE][+-]?\d+(?:_\d+)*)?|\d+(?:_\d+)*\.?(?:[eE][+-]?\d+(?:_\d+)*)?)(?![\w.])/y;
const STRING =
  /([uUrR]?)("""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')/y;
const NAME = /[A-Za-z_]\w*/y;
/** What a literal can begin with, after blanks: most texts are seen to be none by this alone. */
const FIRST = /^[\s\\]*(?:["'\d.([{+\-#]|[uUrR]["']|(?:True|False|None)\b)/;

/** Characters of a literal that are read for a step, beside the steps of each value. */
const LITERAL_PER_STEP = 16;
const VALUE = 3;

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
  readonly fuel: Fuel;
}

/**
 * The value of a text as Python's `ast.literal_eval` reads it (docs.python.org, module `ast`): numbers, strings, tuples, lists,
 * mappings, True, False, None, without sets, bytes and complex numbers. `undefined` when the text is no such literal, and when
 * it takes more fuel than there is.
 */
export function pythonLiteral(source: string, fuel: Fuel): unknown {
  if (!FIRST.test(source)) return undefined;
  const text = source.replace(/^[ \t]+/, '').trimEnd();
  const cursor: Cursor = { text, at: 0, depth: 0, fuel };
  try {
    fuel.scan(text.length, LITERAL_PER_STEP);
    // A comment or empty line may stand before a literal, but not be all of it.
    while (/[\n#]/.test(text[cursor.at] ?? '')) skipLine(cursor);
    // Python refuses an indented line.
    if (cursor.at > 0 && /[ \t]/.test(text[cursor.at] ?? '')) return undefined;
    const value = readTuple(cursor);
    blank(cursor);
    skip(cursor, /#[^\n]*/y);
    return cursor.at === text.length ? value : undefined;
  } catch {
    // Also when a text is so long that the engine of expressions gives up: it is no literal that anybody wrote.
    return undefined;
  }
}

/** `1, 2` without brackets is a tuple too. */
function readTuple(cursor: Cursor): unknown {
  const first = readValue(cursor);
  if (!takes(cursor, ',')) return first;
  const items = [first];
  while (blank(cursor) < cursor.text.length) {
    items.push(readValue(cursor));
    if (!takes(cursor, ',')) break;
  }
  return new PyTuple(items);
}

function readValue(cursor: Cursor): unknown {
  cursor.fuel.spend(VALUE);
  blank(cursor);
  const char = cursor.text[cursor.at] ?? '';
  if (char === '-' || char === '+') return readSigned(cursor, char);
  if (/[\d.]/.test(char)) return readNumber(cursor);
  if (char === '[') return nested(cursor, () => readItems(cursor, ']').items);
  if (char === '(') return nested(cursor, () => bracketValue(readItems(cursor, ')')));
  if (char === '{') return nested(cursor, () => readDict(cursor));
  return readStrings(cursor) ?? readName(cursor);
}

function nested(cursor: Cursor, read: () => unknown): unknown {
  cursor.depth += 1;
  if (cursor.depth > LIMITS.valueDepth) throw NO_LITERAL;
  cursor.at += 1;
  const value = read();
  cursor.depth -= 1;
  return value;
}

interface Items {
  readonly items: unknown[];
  readonly comma: boolean;
}

function readItems(cursor: Cursor, close: string): Items {
  const items: unknown[] = [];
  let comma = false;
  while (!takes(cursor, close)) {
    if (items.length > 0 && !comma) throw NO_LITERAL;
    items.push(readValue(cursor));
    comma = takes(cursor, ',');
  }
  return { items, comma };
}

const bracketValue = ({ items, comma }: Items): unknown =>
  items.length === 1 && !comma ? items[0] : new PyTuple(items);

function readDict(cursor: Cursor): PyDict {
  const dict = new PyDict();
  for (let comma = true; !takes(cursor, '}'); comma = takes(cursor, ',')) {
    if (!comma) throw NO_LITERAL;
    const key = readValue(cursor);
    if (!takes(cursor, ':')) throw NO_LITERAL;
    dict.set(key, readValue(cursor));
  }
  return dict;
}

/** One sign, only before a number. */
function readSigned(cursor: Cursor, sign: string): unknown {
  cursor.at += 1;
  blank(cursor);
  const value = readNumber(cursor);
  if (sign === '+') return value;
  if (typeof value === 'bigint') return pythonInteger(-value);
  return typeof value === 'number' ? 0 - value : pyFloat(-(value as PyFloat).value);
}

function readNumber(cursor: Cursor): unknown {
  const text = match(cursor, NUMBER)?.[0].replaceAll('_', '');
  // A whole number with zeros before it is a mistake in Python; postal codes stay texts thereby.
  if (text === undefined || /^0+[1-9]\d*$/.test(text)) throw NO_LITERAL;
  return /^0[xXoObB]/.test(text) || !/[.eE]/.test(text) ? pythonInteger(text) : pyFloat(Number(text));
}

/** Strings side by side are one. */
function readStrings(cursor: Cursor): string | undefined {
  let value: string | undefined;
  for (let found = match(cursor, STRING); found; found = match(cursor, STRING)) {
    cursor.fuel.spend(VALUE);
    const [, prefix = '', written = ''] = found;
    const quotes = written.startsWith('"""') || written.startsWith("'''") ? 3 : 1;
    const inner = written.slice(quotes, -quotes);
    value = (value ?? '') + (/r/i.test(prefix) ? inner : pythonStringValue(inner));
    blank(cursor);
  }
  return value;
}

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

function readName(cursor: Cursor): unknown {
  const name = match(cursor, NAME)?.[0];
  if (name === undefined || !CONSTANTS.has(name)) throw NO_LITERAL;
  return CONSTANTS.get(name);
}

function takes(cursor: Cursor, char: string): boolean {
  blank(cursor);
  if (cursor.text[cursor.at] !== char) return false;
  cursor.at += 1;
  return true;
}

function blank(cursor: Cursor): number {
  skip(cursor, cursor.depth > 0 ? INNER_BLANK : BLANK);
  return cursor.at;
}

const LINE = /(?:#[^\n]*)?\n|#[^\n]*$/y;

function skipLine(cursor: Cursor): void {
  cursor.fuel.spend(1);
  skip(cursor, LINE);
}

function skip(cursor: Cursor, pattern: RegExp): void {
  match(cursor, pattern);
}

function match(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found) cursor.at = pattern.lastIndex;
  return found;
}
