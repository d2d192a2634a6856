import type { Json, JsonObject } from '../../kit/json.ts';
import { pythonText } from '../interpolation/python-text.ts';

type Cast = (value: Json) => Json;

const SIMPLE_TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null']);
const TRUE_WORDS: ReadonlySet<string> = new Set(['y', 'yes', 't', 'true', 'on', '1']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['n', 'no', 'f', 'false', 'off', '0']);

/**
 * The cast of a value to the one type that its schema names beside `null`, as the CDK's default normalisation does it with
 * Python's `str`, `float`, `int` and `bool`: with several types, or none, or a value that cannot be cast, it stays.
 */
export function castTo(schema: JsonObject): Cast {
  const types = typesOf(schema['type']);
  const takesNull = types.includes('null');
  const [target, ...others] = types.filter((type) => type !== 'null');
  if (target === undefined || others.length > 0) return (value) => value;
  const cast = target === 'array' ? listCast(schema['items']) : CASTS[target];
  if (!cast) return (value) => value;
  return takesNull ? (value) => (value === null ? null : cast(value)) : cast;
}

const typesOf = (type: Json | undefined): readonly string[] => {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.map(String) : [];
};

const CASTS: Readonly<Record<string, Cast | undefined>> = {
  string: (value) => (typeof value === 'string' ? value : pythonText(value)),
  number: (value) => {
    if (typeof value === 'boolean') return Number(value);
    return typeof value === 'string' ? (pythonNumber(value, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i) ?? value) : value;
  },
  integer: (value) => {
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number') return Math.trunc(value);
    return typeof value === 'string' ? (pythonNumber(value, /^[+-]?\d+$/) ?? value) : value;
  },
  boolean(value) {
    if (typeof value === 'string') {
      const word = value.toLowerCase().trim();
      if (TRUE_WORDS.has(word)) return true;
      return FALSE_WORDS.has(word) ? false : value;
    }
    if (Array.isArray(value)) return value.length > 0;
    return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
  },
};

/** Python's `float` and `int` also take spaces around and single underscores between digits. */
function pythonNumber(text: string, form: RegExp): number | undefined {
  const digits = text.trim().replaceAll(/(?<=\d)_(?=\d)/g, '');
  const number = form.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(number) && (Number.isSafeInteger(number) || !/^[+-]?\d+$/.test(digits)) ? number : undefined;
}

/** A single plain value becomes a list of one, when the elements' types are given as a list of plain types, or not at all. */
function listCast(items: Json | undefined): Cast | undefined {
  const type =
    typeof items === 'object' && items !== null && !Array.isArray(items) ? (items as JsonObject)['type'] : undefined;
  if (type !== undefined && !(Array.isArray(type) && type.every((one) => SIMPLE_TYPES.has(one)))) return undefined;
  return (value) => (typeof value === 'object' && value !== null ? value : [value]);
}
