import type { Json, JsonObject } from '../../kit/json.ts';
import type { RecordFailure } from '../../kit/page.ts';
import { keyColumns, type SqlColumn, type SqlTable } from './table.ts';

type Fields = readonly (string | null)[];

/** Characters of one value that are kept; what is longer is cut and reported. */
const MAX_VALUE = 1_048_576;

/** The key of rows that have none of their own: a hash of the row, with a number behind it for its doubles. */
export const ROW_KEY = '_row_key';

/** A key's value as text; `jsonb` and arrays can be keys too. */
const keyText = (value: Json | undefined): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Joins the values of a key so that no two keys look the same. */
const joinKey = (values: readonly (Json | undefined)[]): string =>
  values.length === 1 ? keyText(values[0]) : JSON.stringify(values.map(keyText));

/** The key of a row of a table; the same whether the row was read whole or its key alone. */
export function keyOf(table: SqlTable): (row: JsonObject) => string {
  const names = table.key.length === 0 ? [ROW_KEY] : table.key;
  return (row) => joinKey(names.map((name) => row[name]));
}

export interface RowDecoder {
  /** The select list that fits. */
  readonly list: string;
  decode(fields: Fields, size: number): JsonObject;
  /** The key's values as SQL text, for a position. */
  keyTexts(fields: Fields): string[];
  /** What had to be cut since the last call. */
  takeFailures(): RecordFailure[];
}

export function rowDecoder<C extends SqlColumn>(table: SqlTable<C>): RowDecoder {
  const { columns } = table;
  const names = columns.map((column) => column.name);
  const converts = columns.map((column) => column.type.convert);
  const keyAt = keyColumns(table).map((column) => columns.indexOf(column));
  const key = keyOf(table);
  let failures: RecordFailure[] = [];

  /** Properties are set in one order for all rows, so that all rows share one hidden class. */
  const decode = (fields: Fields): JsonObject => {
    const row: Record<string, Json> = {};
    for (let at = 0; at < names.length; at += 1) {
      const field = fields[at] ?? null;
      const convert = converts[at];
      row[names[at] ?? ''] = field !== null && convert ? convert(field) : field;
    }
    return row;
  };

  const cut = (fields: Fields): Fields =>
    fields.map((field) => (field !== null && field.length > MAX_VALUE ? `${field.slice(0, MAX_VALUE)} […]` : field));

  return {
    list: columns.map((column) => table.sql.selected(column)).join(', '),
    decode(fields, size) {
      if (size <= MAX_VALUE) return decode(fields);
      const shorter = cut(fields);
      const row = decode(shorter);
      const shortened = names.filter((_, at) => shorter[at] !== fields[at]);
      if (shortened.length > 0) {
        const message = `${shortened.join(', ')} held more than ${MAX_VALUE} characters and was cut.`;
        failures.push({ ...(table.key.length > 0 && { key: key(row) }), code: 'truncated', message });
      }
      return row;
    },
    keyTexts: (fields) => keyAt.map((at) => fields[at] ?? ''),
    takeFailures() {
      const taken = failures;
      failures = [];
      return taken;
    },
  };
}

/** Reads keys alone, for the sweep. */
export function keyDecoder<C extends SqlColumn>(
  table: SqlTable<C>,
): { readonly list: string; decode(fields: Fields): string } {
  const columns = keyColumns(table);
  return {
    list: columns.map((column) => table.sql.selected(column)).join(', '),
    decode: (fields) =>
      joinKey(columns.map((column, at) => (column.type.convert ? column.type.convert(fields[at] ?? '') : fields[at]))),
  };
}
