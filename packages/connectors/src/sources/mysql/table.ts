import type { SqlColumn, SqlTable, TableSql } from '../sql/table.ts';
import type { ColumnType } from './column-type.ts';
import { quoteName } from './quote.ts';

/** `serial`: `AUTO_INCREMENT`. */
export interface Column extends SqlColumn {
  readonly type: ColumnType;
}

/** What is known of a table or a view. Its name is its stream's, since a connection reads one database. */
export interface Table extends SqlTable<Column> {
  readonly isView: boolean;
  readonly comment: string | undefined;
}

/**
 * A comparison of rows from the left, spelled out: of `(a, b) > (1, 2)` the server would make no use of an index. The first
 * part says nothing new, but it is what the range of the index is taken from.
 */
function compare(columns: readonly Column[], operator: '>' | '<=', texts: readonly string[]): string {
  const names = columns.map((column) => quoteName(column.name));
  const values = columns.map((column, at) => column.type.literal(texts[at] ?? ''));
  const last = names.length - 1;
  const beyond = operator[0];
  const condition = names.reduceRight(
    (rest, name, at) =>
      at === last
        ? `${name} ${operator} ${values[at]}`
        : `(${name} ${beyond} ${values[at]} OR (${name} = ${values[at]} AND ${rest}))`,
    '',
  );
  return last === 0 ? condition : `${names[0]} ${beyond}= ${values[0]} AND ${condition}`;
}

/** Hashes of the values, so that the whole stays below the server's longest packet, which would make it NULL. */
const rowHash = (columns: readonly Column[]): string => {
  const parts = columns.map(({ name }) => `IFNULL(SHA1(${quoteName(name)}), '-')`);
  return `SHA1(CONCAT_WS(',', ${parts.join(', ')}))`;
};

/** How a table is written in MySQL's SQL. */
export const tableSql = (
  database: string,
  name: string,
  columns: readonly Column[],
  key: readonly string[],
): TableSql<Column> => ({
  from: `${quoteName(database)}.${quoteName(name)}`,
  quote: quoteName,
  selected: (column) => column.type.select(quoteName(column.name), key.includes(column.name)),
  rowHash: () => rowHash(columns),
  compare,
});
