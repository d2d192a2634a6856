import { entityTypeName } from '../../kit/define-connector.ts';
import type { SqlColumn, SqlTable, TableSql } from '../sql/table.ts';
import { type ColumnType, MAX_BYTEA } from './column-type.ts';

/** `serial`: identity, or a default from a sequence. */
export interface Column extends SqlColumn {
  /** Of the column's own type, not of the one below its domain. */
  readonly typeOid: string;
  readonly type: ColumnType;
}

/** What is known of a table, view, materialized view, partitioned or foreign table. */
export interface Table extends SqlTable<Column> {
  readonly oid: string;
  readonly schema: string;
  readonly kind: 'r' | 'v' | 'm' | 'p' | 'f';
  readonly comment: string | undefined;
}

/** `\x` stands in front of the hexadecimal digits of a `bytea`. */
const HEX_MARK = 2;

type Name = Pick<Table, 'schema' | 'name'>;

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const sqlTable = (table: Name): string => `${quoteName(table.schema)}.${quoteName(table.name)}`;

const plain = (part: string): string => (part.includes('.') || part.includes('"') ? quoteName(part) : part);

/** `public.customer`; parts that hold a dot are quoted, so that no two tables share a name. */
export const streamName = (table: Name): string => `${plain(table.schema)}.${plain(table.name)}`;

export const entityTypeOf = (table: Table): string => entityTypeName('postgres', table.schema, table.name);

/** A column in a select list; binary ones of the key are never left out. */
function selected(key: readonly string[], column: Column): string {
  const name = quoteName(column.name);
  if (column.type.name !== 'bytea') return name;
  if (key.includes(column.name)) return `encode(${name}, 'hex')`;
  const size = `'[' || octet_length(${name}) || ' bytes]'`;
  return `CASE WHEN octet_length(${name}) <= ${MAX_BYTEA} THEN encode(${name}, 'hex') ELSE ${size} END`;
}

/** Turns a value as the server writes it by itself into what `selected` gives; `undefined` where they are the same. */
export function selectedText(table: Table, column: Column): ((text: string) => string) | undefined {
  if (column.type.name !== 'bytea') return undefined;
  const isKey = table.key.includes(column.name);
  return (text) => {
    const octets = (text.length - HEX_MARK) / 2;
    return isKey || octets <= MAX_BYTEA ? text.slice(HEX_MARK) : `[${octets} bytes]`;
  };
}

/** The value of a column as SQL; `text` is what `selected` gave. */
export function literal(column: Column, text: string): string {
  if (column.type.name === 'bytea') return `decode(${quoteText(text)}, 'hex')`;
  return `${quoteText(text)}::${column.type.sqlName}`;
}

/** `(a, b) > (1, 'x')`, or its like with another operator; rows are compared from the left (SQL row comparison). */
function compare(columns: readonly Column[], operator: '>' | '<=', texts: readonly string[]): string {
  const names = columns.map((column) => quoteName(column.name));
  const values = columns.map((column, at) => literal(column, texts[at] ?? ''));
  return names.length === 1
    ? `${names.join()} ${operator} ${values.join()}`
    : `(${names.join(', ')}) ${operator} (${values.join(', ')})`;
}

/** How a table is written in PostgreSQL's SQL. */
export const tableSql = (name: Name, key: readonly string[]): TableSql<Column> => ({
  from: sqlTable(name),
  quote: quoteName,
  selected: (column) => selected(key, column),
  rowHash: (list) => `md5(ROW(${list})::text)`,
  compare,
});
