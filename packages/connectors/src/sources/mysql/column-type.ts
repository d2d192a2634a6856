import type { Json } from '../../kit/json.ts';
import type { SqlColumnType } from '../sql/table.ts';
import { decimalOf, floatOf, integerOf, jsonOf } from '../sql/value-of-text.ts';
import { quoteText } from './quote.ts';

export interface ColumnType extends SqlColumnType {
  /** How a column is written in a select list; `name` is quoted. Of a key nothing is left out. */
  readonly select: (name: string, inKey: boolean) => string;
  /** The value as SQL; `text` is what `select` gave. */
  readonly literal: (text: string) => string;
  /** What kind of values lie between two others, for cutting a table into ranges. */
  readonly between: 'integer' | 'text' | 'bytes' | undefined;
}

/** A column as information_schema describes it. */
export interface DeclaredType {
  /** `int`, `varchar`, … */
  readonly name: string;
  /** With length and attributes: `int(10) unsigned`, `tinyint(1)`, `enum('a','b')`. */
  readonly full: string;
  /** MariaDB keeps JSON as text that must be valid JSON. */
  readonly isJson: boolean;
}

/** Bytes of a binary value that are kept; of a longer one only its size. */
const MAX_BYTES = 65_536;
/** Characters that are asked for: one more than are kept, so that a longer text is seen to be longer. */
const MAX_CHARACTERS = 1_048_577;

type Shape = Partial<Omit<ColumnType, 'name' | 'jsonSchema'>> & {
  readonly type?: string | readonly string[];
  readonly format?: string;
};

/** A literal without quotes is compared as a number, one with quotes as a double, which is not exact. */
const numeral = (text: string): string => {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw new Error('a position is not a number');
  return text;
};

const hexadecimal = (text: string): string => {
  if (!/^(?:[\dA-F]{2})*$/.test(text)) throw new Error('a position is not binary');
  return text === '' ? "''" : `X'${text}'`;
};

/** Hexadecimal, or a note of the size in brackets, as the select list writes it. */
const bytes = (text: string): Json => (text.startsWith('[') ? text : Buffer.from(text, 'hex').toString('base64'));

/** `2024-01-02 03:04:05.6` becomes `2024-01-02T03:04:05.6`; times that are none, such as `0000-00-00 00:00:00`, stay. */
const moment =
  (zone: string) =>
  (text: string): Json =>
    /-00[- ]/.test(text) || text[10] !== ' ' ? text : `${text.slice(0, 10)}T${text.slice(11)}${zone}`;

/** What everybody means by `tinyint(1)`, as far as it holds that. */
const flag = (text: string): Json => (text === '0' ? false : text === '1' ? true : Number(text));

const plain: Pick<ColumnType, 'select' | 'literal'> = { select: (name) => name, literal: quoteText };
const long = (expression: (name: string) => string): Shape => ({
  select: (name) => `LEFT(${expression(name)}, ${MAX_CHARACTERS})`,
});

const integer: Shape = {
  convert: Number,
  type: 'integer',
  cursor: 'number',
  literal: numeral,
  between: 'integer',
  ordered: true,
};
const bit: Shape = {
  ...integer,
  select: (name) => `${name} + 0`,
  convert: integerOf,
  cursor: undefined,
  between: undefined,
};
const time: Shape = { type: 'string', cursor: 'time', ordered: true };
const floating: Shape = { convert: floatOf, type: ['number', 'string'] };
const character: Shape = { ordered: true, between: 'text' };
const longText = long((name) => name);
const blob: Shape = {
  convert: bytes,
  literal: hexadecimal,
  select: (name, inKey) =>
    inKey
      ? `HEX(${name})`
      : `IF(OCTET_LENGTH(${name}) <= ${MAX_BYTES}, HEX(${name}), CONCAT('[', OCTET_LENGTH(${name}), ' bytes]'))`,
};
const binary: Shape = { ...blob, ordered: true, between: 'bytes' };
const json: Shape = { ...longText, convert: jsonOf, type: ['object', 'array', 'string', 'number', 'boolean'] };
const spatial = long((name) => `ST_AsText(${name})`);

const shapes: Readonly<Record<string, Shape>> = {
  tinyint: integer,
  smallint: integer,
  mediumint: integer,
  int: integer,
  bigint: { ...integer, convert: integerOf, type: ['integer', 'string'] },
  decimal: { ...integer, convert: decimalOf, type: ['number', 'string'], between: undefined },
  float: floating,
  double: floating,
  bit,
  year: { convert: Number, type: 'integer', literal: numeral, ordered: true },
  date: { ...time, format: 'date' },
  datetime: { ...time, format: 'date-time', convert: moment('') },
  timestamp: { ...time, format: 'date-time', convert: moment('Z') },
  time: { ordered: true },
  char: character,
  varchar: character,
  mediumtext: longText,
  longtext: longText,
  json,
  set: { convert: (text) => (text === '' ? [] : text.split(',')), type: ['array', 'string'] },
  uuid: { ordered: true, format: 'uuid' },
  inet4: { ordered: true },
  inet6: { ordered: true },
  binary,
  varbinary: binary,
  tinyblob: blob,
  blob,
  mediumblob: blob,
  longblob: blob,
  vector: blob,
  ...Object.fromEntries(
    ['geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon']
      .concat('geometrycollection', 'geomcollection')
      .map((name) => [name, spatial]),
  ),
};

/**
 * Finds out how the values of a type are read. An unknown type is text. Not ordered are: `enum` and `set`, which are sorted
 * by number and compared by name; floating point numbers, whose text stands for a value nearby; and long texts, which
 * are sorted by their beginning.
 */
export function columnType(declared: DeclaredType): ColumnType {
  const shape = shapeOf(declared);
  const { type = 'string', format, ...rest } = shape;
  return {
    name: declared.isJson ? 'json' : declared.name,
    convert: undefined,
    ordered: false,
    cursor: undefined,
    between: undefined,
    ...plain,
    ...rest,
    jsonSchema: { type: [...[type].flat(), 'null'], ...(format !== undefined && { format }) },
  };
}

function shapeOf({ name, full, isJson }: DeclaredType): Shape {
  if (isJson) return json;
  if (full === 'tinyint(1)') return { ...integer, convert: flag, type: ['boolean', 'integer'], cursor: undefined };
  if (full === 'bit(1)') return { ...bit, convert: (text) => text === '1', type: 'boolean' };
  return shapes[name] ?? {};
}
