import { entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { type ColumnType, MAX_BYTEA } from './column-type.ts';

export interface Column {
  readonly name: string;
  /** Of the column's own type, not of the one below its domain. */
  readonly typeOid: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** Counts upwards by itself: identity, or a default from a sequence. */
  readonly serial: boolean;
  readonly comment: string | undefined;
}

/** What is known of a table, view, materialized view, partitioned or foreign table. */
export interface Table {
  readonly oid: string;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'r' | 'v' | 'm' | 'p' | 'f';
  readonly comment: string | undefined;
  /** Sorted by name: rows are then made in the order in which they are hashed. */
  readonly columns: readonly Column[];
  /** Names of the primary key's columns, or of a unique key's without nulls; empty when there is none. */
  readonly key: readonly string[];
}

/** `\x` stands in front of the hexadecimal digits of a `bytea`. */
const HEX_MARK = 2;

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const sqlTable = (table: Table): string => `${quoteName(table.schema)}.${quoteName(table.name)}`;

const plain = (part: string): string => (part.includes('.') || part.includes('"') ? quoteName(part) : part);

/** `public.customer`; parts that hold a dot are quoted, so that no two tables share a name. */
export const streamName = (table: Pick<Table, 'schema' | 'name'>): string =>
  `${plain(table.schema)}.${plain(table.name)}`;

export const entityTypeOf = (table: Table): string => entityTypeName('postgres', table.schema, table.name);

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** The key's columns, in the key's order. */
export function keyColumns(table: Table): Column[] {
  return table.key.flatMap((name) => columnOf(table, name) ?? []);
}

/** How a column is written in a select list. */
export function selected(table: Table, column: Column): string {
  const name = quoteName(column.name);
  if (column.type.name !== 'bytea') return name;
  if (table.key.includes(column.name)) return `encode(${name}, 'hex')`;
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
export function compare(columns: readonly Column[], operator: '>' | '>=' | '<=', texts: readonly string[]): string {
  const names = columns.map((column) => quoteName(column.name));
  const values = columns.map((column, at) => literal(column, texts[at] ?? ''));
  return names.length === 1
    ? `${names.join()} ${operator} ${values.join()}`
    : `(${names.join(', ')}) ${operator} (${values.join(', ')})`;
}

export const orderBy = (columns: readonly Column[]): string =>
  `ORDER BY ${columns.map((column) => quoteName(column.name)).join(', ')}`;

export function jsonSchemaOf(table: Table): JsonObject {
  const properties = Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      { ...column.type.jsonSchema, ...(column.comment !== undefined && { title: column.comment }) },
    ]),
  );
  return { type: 'object', properties, required: table.key.length > 0 ? [...table.key] : [] };
}

/** Columns that may serve as cursor: moments first, those that tell of changes foremost, then numbers that count up. */
export function cursorCandidates(table: Table): string[] {
  const rank = (column: Column): number => {
    if (column.type.cursor === 'time') return /updat|modif|chang/i.test(column.name) ? 0 : 1;
    return column.serial ? 2 : 3;
  };
  return table.columns
    .filter((column) => column.type.cursor !== undefined && rank(column) < 3)
    .toSorted((one, other) => rank(one) - rank(other))
    .map((column) => column.name);
}
