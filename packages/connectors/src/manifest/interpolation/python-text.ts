import { pythonFloatText } from '../datetime/python-float-text.ts';
import { offsetText, strftime } from '../datetime/strftime.ts';
import { Fuel } from './fuel.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { PyFloat } from './py-float.ts';
import { PyFunction } from './py-function.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { TemplateFault } from './template-fault.ts';

/**
 * Python's `str()` of a value: `True`, `None`, `1.0`, `{'a': [1, 'b']}`. Objects of the host that are no JSON are written as
 * `<object>`, never with their contents. It takes `fuel`, or as much as an evaluation has. Throws `TemplateFault` when that is used
 * up, or the text is too long.
 */
export function pythonText(value: unknown, fuel?: Fuel): string {
  if (typeof value === 'string') return value;
  return value instanceof PyUndefined ? '' : (timeText(value) ?? pythonRepr(value, fuel));
}

/** Python's `repr()` of a value: as `pythonText`, with texts in quotes. */
export function pythonRepr(value: unknown, fuel = new Fuel()): string {
  const text: Text = { pieces: [], left: LIMITS.text, fuel };
  write(value, text, 0);
  return text.pieces.join('');
}

/** The text as it grows. */
interface Text {
  readonly pieces: string[];
  /** Characters that it may still have. */
  left: number;
  readonly fuel: Fuel;
}

function write(value: unknown, text: Text, depth: number): void {
  if (depth > LIMITS.valueDepth) throw new TemplateFault('value', 'a value has too many levels');
  if (Array.isArray(value)) return writeMembers(value, ['[', ']'], text, depth);
  if (value instanceof PyTuple) {
    return writeMembers(value.items, ['(', value.items.length === 1 ? ',)' : ')'], text, depth);
  }
  if (!isMapping(value)) return put(scalarRepr(value, text.fuel), text);
  put('{', text);
  for (const [index, [key, member]] of mappingEntries(value, text.fuel).entries()) {
    if (index > 0) put(', ', text);
    write(key, text, depth + 1);
    put(': ', text);
    write(member, text, depth + 1);
  }
  put('}', text);
}

function writeMembers(
  members: readonly unknown[],
  [open, close]: readonly [string, string],
  text: Text,
  depth: number,
): void {
  put(open, text);
  for (const [index, member] of members.entries()) {
    if (index > 0) put(', ', text);
    write(member, text, depth + 1);
  }
  put(close, text);
}

/** Steps of a piece of a text, of a number with a fraction, and of a moment. */
const PIECE = 0.5;
const FLOAT = 4;
const TIME = 12;

function put(piece: string, text: Text): void {
  text.left -= piece.length;
  if (text.left < 0) throw new TemplateFault('value', 'a text is too long');
  text.fuel.spend(PIECE + piece.length / LIMITS.textPerStep);
  text.pieces.push(piece);
}

function scalarRepr(value: unknown, fuel: Fuel): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return textRepr(value, fuel);
  if (typeof value === 'number') return Number.isInteger(value) ? integerText(value) : floatText(value, fuel);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'bigint' ? bigText(value, fuel) : objectRepr(value, fuel);
}

const integerText = (value: number): string => (Number.isSafeInteger(value) ? String(value) : BigInt(value).toString());

function bigText(value: bigint, fuel: Fuel): string {
  fuel.spend(LIMITS.integerBits / 64);
  return value.toString();
}

function floatText(value: number, fuel: Fuel): string {
  fuel.spend(FLOAT);
  return pythonFloatText(value);
}

function objectRepr(value: unknown, fuel: Fuel): string {
  fuel.spend(TIME);
  if (value instanceof PyFloat) return pythonFloatText(value.value);
  if (value instanceof PyUndefined) return 'Undefined';
  if (value instanceof PyFunction) return `<function ${value.name}>`;
  if (value instanceof PyDate) return `datetime.date(${strftime(value.instant, '%-Y, %-m, %-d')})`;
  if (value instanceof PyDatetime) return `datetime.datetime(${timeText(value) ?? ''})`;
  if (value instanceof PyTimedelta) return `datetime.timedelta(${timeText(value) ?? ''})`;
  return '<object>';
}

function timeText(value: unknown): string | undefined {
  if (value instanceof PyDatetime) return isoformat(value, ' ');
  if (value instanceof PyDate) return strftime(value.instant, '%Y-%m-%d');
  return value instanceof PyTimedelta ? timedeltaText(value) : undefined;
}

/** `2021-09-01T00:00:00.000001+00:00`; the fraction only when there is one. */
export function isoformat({ instant }: PyDatetime, separator: string): string {
  const micros = strftime(instant, '%f');
  const year = strftime(instant, '%Y').padStart(4, '0');
  const fraction = micros === '000000' ? '' : `.${micros}`;
  return `${year}${strftime(instant, `-%m-%d${separator.replaceAll('%', '%%')}%H:%M:%S`)}${fraction}${offsetText(instant.offsetMinutes, ':')}`;
}

function timedeltaText({ months, micros }: PyTimedelta): string {
  const days = Math.floor(micros / 86_400_000_000);
  const rest = micros - days * 86_400_000_000;
  const seconds = Math.floor(rest / 1_000_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = rest % 1_000_000 === 0 ? '' : `.${String(rest % 1_000_000).padStart(6, '0')}`;
  const parts = [counted(Math.trunc(months / 12), 'year'), counted(months % 12, 'month'), counted(days, 'day')];
  return [...parts.filter((part) => part !== ''), `${clock}${fraction}`].join(', ');
}

const counted = (count: number, unit: string): string =>
  count === 0 ? '' : `${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);
// What Python does not print: controls, separators but the blank, surrogates, unassigned and private characters.
const UNPRINTABLE = /[\\\n\r\t]|(?! )[\p{C}\p{Z}]/gu;

/** Without quotes, backslashes and what is not printed; most texts are such. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

function textRepr(text: string, fuel: Fuel): string {
  fuel.scan(text.length);
  if (PLAIN.test(text)) return `'${text}'`;
  fuel.scan(text.length, LIMITS.hardTextPerStep);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(UNPRINTABLE, (char) => ESCAPES.get(char) ?? codeEscape(char.codePointAt(0) ?? 0));
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

function codeEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
