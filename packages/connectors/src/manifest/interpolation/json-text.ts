import { pythonFloatText } from '../datetime/python-float-text.ts';
import type { Fuel } from './fuel.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { asFloat, isInteger, isNumber } from './numbers.ts';
import { PyTuple } from './py-tuple.ts';
import { defined } from './run.ts';
import { pythonText } from './python-text.ts';
import { TemplateFault } from './template-fault.ts';

interface JsonStyle {
  /** Blanks of a level; one line without it. */
  readonly indent?: number;
  readonly sortKeys?: boolean;
}

/** Characters that `JSON.stringify` escapes, or that are not ASCII. */
const HARD = /[^ !#-[\]-~]/;

/** Python's `json.dumps`: `, ` and `: ` between members, and `\u` escapes for what is not ASCII. */
export function jsonText(value: unknown, fuel: Fuel, style: JsonStyle = {}, depth = 0): string {
  if (depth > LIMITS.valueDepth) throw new TemplateFault('value', 'a value has too many levels');
  fuel.spend(1);
  return scalarText(value, fuel) ?? containerText(value, fuel, style, depth);
}

function scalarText(value: unknown, fuel: Fuel): string | undefined {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value, fuel);
  if (typeof value === 'boolean') return String(value);
  if (!isNumber(value)) return undefined;
  if (isInteger(value)) return pythonText(value, fuel);
  fuel.spend(FLOAT);
  return floatText(asFloat(value));
}

function containerText(value: unknown, fuel: Fuel, style: JsonStyle, depth: number): string {
  const items = Array.isArray(value) ? (value as unknown[]) : value instanceof PyTuple ? value.items : undefined;
  if (items) {
    const written = items.map((item) => jsonText(item, fuel, style, depth + 1));
    return enclosed(['[', ']'], written, fuel, style, depth);
  }
  if (!isMapping(value)) {
    defined(value);
    throw new TemplateFault('type', 'a value cannot be written as JSON');
  }
  const members = mappingEntries(value, fuel).map(([key, member]) => [keyText(key), member] as const);
  if (style.sortKeys) fuel.spend(members.length * Math.log2(1 + members.length));
  if (style.sortKeys) members.sort(([left], [right]) => (left < right ? -1 : 1));
  const written = members.map(([key, member]) => `${quoted(key, fuel)}: ${jsonText(member, fuel, style, depth + 1)}`);
  return enclosed(['{', '}'], written, fuel, style, depth);
}

/** A key of a mapping as JSON has it. */
export function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  return typeof key === 'boolean' ? String(key) : pythonText(key);
}

function enclosed(
  [open, close]: readonly [string, string],
  members: readonly string[],
  fuel: Fuel,
  { indent }: JsonStyle,
  depth: number,
): string {
  const gap = 2 + (indent ?? 0) * (depth + 1);
  const length = members.reduce((sum, member) => sum + member.length + gap, gap);
  if (length > LIMITS.text) throw new TemplateFault('value', 'the template makes a text that is too long');
  fuel.scan(length);
  if (indent === undefined || members.length === 0) return open + members.join(', ') + close;
  const line = (level: number): string => `\n${' '.repeat(indent * level)}`;
  return open + line(depth + 1) + members.join(`,${line(depth + 1)}`) + line(depth) + close;
}

/** Steps of a number with a fraction. */
const FLOAT = 4;

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? pythonFloatText(value) : value > 0 ? 'Infinity' : '-Infinity';
}

function quoted(text: string, fuel: Fuel): string {
  fuel.scan(text.length);
  if (!HARD.test(text)) return `"${text}"`;
  fuel.scan(text.length, LIMITS.hardTextPerStep);
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
