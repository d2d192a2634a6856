import type { Json, JsonObject } from '../../kit/json.ts';
import type { SqlColumnType } from '../sql/table.ts';
import { decimalOf, floatOf, integerOf, jsonOf } from '../sql/value-of-text.ts';
import { parseArrayLiteral } from './array-literal.ts';

/** A row of pg_type, as far as it is needed. */
export interface PgType {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** `b` base, `d` domain, `e` enum, `r` range, … */
  readonly kind: string;
  /** The type under a domain, or `0`. */
  readonly baseOid: string;
  /** The element of an array type, or `0`. */
  readonly elementOid: string;
  readonly delimiter: string;
}

/** Ordered are types whose operators are the server's own. */
export interface ColumnType extends SqlColumnType {
  /** How to write it in a cast, quoted. */
  readonly sqlName: string;
}

/** Bytes of a `bytea` that are kept; of a longer one only its size. */
export const MAX_BYTEA = 65_536;

/** `2024-01-02 03:04:05.6+00` becomes `2024-01-02T03:04:05.6Z`; `infinity` and years before Christ stay as they are. */
const timestamp = (text: string): Json => {
  if (text[10] !== ' ' || text.endsWith('BC')) return text;
  const iso = `${text.slice(0, 10)}T${text.slice(11)}`;
  return iso.endsWith('+00') ? `${iso.slice(0, -3)}Z` : iso;
};

/** Hexadecimal, or a note of the size in brackets, as the select list writes it. */
const bytes = (text: string): Json => (text.startsWith('[') ? text : Buffer.from(text, 'hex').toString('base64'));

interface Shape {
  readonly convert?: (text: string) => Json;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly cursor?: 'time' | 'number';
}

const integer: Shape = { convert: Number, type: 'integer', cursor: 'number' };
const moment: Shape = { convert: timestamp, type: 'string', format: 'date-time', cursor: 'time' };
const anyJson: Shape = { convert: jsonOf, type: ['object', 'array', 'string', 'number', 'boolean'] };

const shapes: Readonly<Record<string, Shape>> = {
  bool: { convert: (text) => text === 't', type: 'boolean' },
  int2: integer,
  int4: integer,
  oid: integer,
  int8: { convert: integerOf, type: ['integer', 'string'], cursor: 'number' },
  float4: { convert: floatOf, type: ['number', 'string'] },
  float8: { convert: floatOf, type: ['number', 'string'] },
  numeric: { convert: decimalOf, type: ['number', 'string'], cursor: 'number' },
  json: anyJson,
  jsonb: anyJson,
  timestamp: moment,
  timestamptz: moment,
  date: { type: 'string', format: 'date', cursor: 'time' },
  bytea: { convert: bytes, type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Finds out how the values of a type are read. An unknown type is text. */
export function columnType(oid: string, types: ReadonlyMap<string, PgType>): ColumnType {
  let type = types.get(oid);
  while (type?.kind === 'd') type = types.get(type.baseOid);
  if (!type)
    return {
      name: 'text',
      sqlName: 'text',
      convert: undefined,
      jsonSchema: nullable('string'),
      ordered: false,
      cursor: undefined,
    };
  const sqlName = `${quoted(type.schema)}.${quoted(type.name)}`;
  const ordered = type.schema === 'pg_catalog' || type.kind === 'e';
  if (type.name.startsWith('_') && type.elementOid !== '0') {
    const element = columnType(type.elementOid, types);
    const { delimiter } = types.get(type.elementOid) ?? type;
    const convert = (text: string): Json => parseArrayLiteral(text, arrayElement(element), delimiter);
    return {
      name: type.name,
      sqlName,
      convert,
      jsonSchema: { type: ['array', 'string', 'null'] },
      ordered,
      cursor: undefined,
    };
  }
  const shape = (type.schema === 'pg_catalog' ? shapes[type.name] : undefined) ?? {};
  return {
    name: type.name,
    sqlName,
    convert: shape.convert,
    jsonSchema: { ...nullable(shape.type ?? 'string'), ...(shape.format && { format: shape.format }) },
    ordered,
    cursor: shape.cursor,
  };
}

const nullable = (type: string | readonly string[]): JsonObject => ({ type: [...[type].flat(), 'null'] });

/** Bytes inside of an array come as `\x…`, since the select list does not reach into it. */
function arrayElement(element: ColumnType): (text: string) => Json {
  if (element.name === 'bytea') return (text) => bytes(text.replace(/^\\x/, ''));
  return element.convert ?? ((text) => text);
}
