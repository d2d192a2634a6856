import type { Breadcrumb } from '../../kit/connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';

export interface SqlColumnType {
  /** Name of the type, for example `int8`; a cursor remembers it. */
  readonly name: string;
  /** Makes a value of the text that the server wrote; `undefined` when the text is the value. */
  readonly convert: ((text: string) => Json) | undefined;
  readonly jsonSchema: JsonObject;
  /** `ORDER BY` and `>` mean the same order, and the text that was read stands for exactly this value in it. */
  readonly ordered: boolean;
  /** How a cursor over the column looks back: by time, by what was seen earlier, or not at all. */
  readonly cursor: 'time' | 'number' | undefined;
}

export interface SqlColumn {
  readonly name: string;
  readonly type: SqlColumnType;
  readonly notNull: boolean;
  /** Counts upwards by itself. */
  readonly serial: boolean;
  readonly comment: string | undefined;
}

/** A table or a view of a database, whatever its dialect. */
export interface SqlTable<C extends SqlColumn = SqlColumn> {
  readonly name: string;
  readonly breadcrumbs: readonly Breadcrumb[];
  /** Sorted by name: rows are then made in the order in which they are hashed. */
  readonly columns: readonly C[];
  /** Names of the primary key's columns, or of a unique key's without nulls; empty when there is none. */
  readonly key: readonly string[];
  readonly sql: TableSql<C>;
}

/** How a table is written in its server's dialect. */
export interface TableSql<C extends SqlColumn> {
  /** The table, quoted. */
  readonly from: string;
  quote(name: string): string;
  /** A column in a select list; gives its value as text. */
  selected(column: C): string;
  /** An expression that is the same for equal rows only; `list` is the select list of all columns. */
  rowHash(list: string): string;
  /** A comparison from the left, column by column, with values as `selected` gave them. */
  compare(columns: readonly C[], operator: '>' | '<=', texts: readonly string[]): string;
}

export function columnOf<C extends SqlColumn>(table: SqlTable<C>, name: string): C | undefined {
  return table.columns.find((column) => column.name === name);
}

/** The key's columns, in the key's order. */
export function keyColumns<C extends SqlColumn>(table: SqlTable<C>): C[] {
  return table.key.flatMap((name) => columnOf(table, name) ?? []);
}

/** Key order means the same in `ORDER BY` and in `>`, so a read can be cut into ranges and go on in the middle. */
export const isOrdered = (table: SqlTable): boolean =>
  table.key.length > 0 && keyColumns(table).every((column) => column.type.ordered);

export const orderBy = <C extends SqlColumn>(table: SqlTable<C>, columns: readonly C[]): string =>
  `ORDER BY ${columns.map((column) => table.sql.quote(column.name)).join(', ')}`;

export function jsonSchemaOf(table: SqlTable): JsonObject {
  const properties = Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      { ...column.type.jsonSchema, ...(column.comment !== undefined && { title: column.comment }) },
    ]),
  );
  return { type: 'object', properties, required: table.key.length > 0 ? [...table.key] : [] };
}

/** Columns that may serve as cursor: moments first, those that tell of changes foremost, then numbers that count up. */
export function cursorCandidates(table: SqlTable): string[] {
  const rank = (column: SqlColumn): number => {
    if (column.type.cursor === 'time') return /updat|modif|chang/i.test(column.name) ? 0 : 1;
    return column.serial ? 2 : 3;
  };
  return table.columns
    .filter((column) => column.type.cursor !== undefined && rank(column) < 3)
    .toSorted((one, other) => rank(one) - rank(other))
    .map((column) => column.name);
}
