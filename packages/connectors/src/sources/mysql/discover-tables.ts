import type { Breadcrumb } from '../../kit/connector.ts';
import { isWantedTable } from '../sql/wanted-tables.ts';
import { columnType } from './column-type.ts';
import type { MysqlContext } from './config.ts';
import { isFromServer, toConnectorError } from './mysql-error.ts';
import { type Link, openLink } from './open-client.ts';
import { type Column, type Table, tableSql } from './table.ts';

const TABLES = `
  SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, TABLE_COMMENT AS comment
  FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = ? AND TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
  ORDER BY TABLE_NAME`;

/** Columns of which the user may see the values; tables where there are none do not become streams. */
const COLUMNS = `
  SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS full_type,
         IS_NULLABLE AS nullable, EXTRA AS extra, COLUMN_COMMENT AS comment
  FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = ? AND LOCATE('select', LOWER(PRIVILEGES)) > 0`;

/** Columns of keys that name every row. */
const KEYS = `
  SELECT TABLE_NAME AS \`table\`, INDEX_NAME AS \`index\`, COLUMN_NAME AS name
  FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA = ? AND NON_UNIQUE = 0
  ORDER BY INDEX_NAME, SEQ_IN_INDEX`;

/** MariaDB makes a check of a column's JSON when it is declared so; MySQL has a type for it and no such columns here. */
const JSON_CHECKS = `
  SELECT TABLE_NAME AS \`table\`, CHECK_CLAUSE AS clause
  FROM information_schema.CHECK_CONSTRAINTS
  WHERE CONSTRAINT_SCHEMA = ? AND CHECK_CLAUSE LIKE 'json_valid(%'`;
const NO_SUCH_COLUMN = 1054;
const NO_SUCH_TABLE = 1109;

type Row = Readonly<Record<string, string | null>>;
type ByTable = ReadonlyMap<string, readonly Row[]>;
const text = (row: Row, name: string): string => row[name] ?? '';
const byTable = (rows: readonly Row[]): ByTable => Map.groupBy(rows, (row) => text(row, 'table'));

/** Everything that may be read and that the configuration does not leave out. */
export async function discoverTables(ctx: MysqlContext): Promise<Table[]> {
  const { database } = ctx.config;
  const link = await openLink(ctx);
  try {
    const found = await link.rows(TABLES, [database]);
    const columns = byTable(await link.rows(COLUMNS, [database]));
    const keys = byTable(await link.rows(KEYS, [database]));
    const checks = byTable(await listJsonChecks(link, database));
    return found
      .filter((row) => isWantedTable(ctx.config, database, text(row, 'name')))
      .map((row) => {
        const name = text(row, 'name');
        return tableOf(database, row, columns.get(name) ?? [], keys.get(name) ?? [], checks.get(name) ?? []);
      })
      .filter((table) => table.columns.length > 0);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Listing the tables of ${database}`);
  } finally {
    await link.close();
  }
}

async function listJsonChecks(link: Link, database: string): Promise<readonly Row[]> {
  try {
    return await link.rows(JSON_CHECKS, [database]);
  } catch (error) {
    if (isFromServer(error) && [NO_SUCH_COLUMN, NO_SUCH_TABLE].includes(error.errno)) return [];
    throw error;
  }
}

function tableOf(
  database: string,
  row: Row,
  columnRows: readonly Row[],
  keyRows: readonly Row[],
  checkRows: readonly Row[],
): Table {
  const name = text(row, 'name');
  const isView = text(row, 'kind') === 'VIEW';
  const jsonChecks = new Set(checkRows.map((check) => text(check, 'clause')));
  const columns = columnRows
    .map((column) => columnFrom(column, jsonChecks))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const key = keyOf(columns, keyRows);
  // The comment of a view says `VIEW`, or what is wrong with it.
  const comment = isView ? '' : text(row, 'comment');
  return {
    name,
    isView,
    comment: comment === '' ? undefined : comment,
    breadcrumbs: breadcrumbsOf(database, name),
    columns,
    key,
    sql: tableSql(database, name, columns, key),
  };
}

/** The primary key, else the unique key without nulls that has the fewest columns. */
function keyOf(columns: readonly Column[], keyRows: readonly Row[]): string[] {
  const byIndex = Map.groupBy(keyRows, (row) => text(row, 'index'));
  const rank = (index: string, parts: readonly Row[]): number => (index === 'PRIMARY' ? 0 : parts.length);
  const [key] = [...byIndex]
    .toSorted(([one, parts], [other, others]) => rank(one, parts) - rank(other, others))
    .map(([, parts]) => parts.map((part) => text(part, 'name')))
    .filter((names) => names.every((name) => columns.find((column) => column.name === name)?.notNull));
  return key ?? [];
}

function columnFrom(row: Row, jsonChecks: ReadonlySet<string>): Column {
  const name = text(row, 'name');
  const comment = text(row, 'comment');
  return {
    name,
    type: columnType({
      name: text(row, 'type').toLowerCase(),
      full: text(row, 'full_type').toLowerCase(),
      isJson: jsonChecks.has(`json_valid(\`${name}\`)`),
    }),
    notNull: text(row, 'nullable') === 'NO',
    serial: text(row, 'extra').toLowerCase().includes('auto_increment'),
    comment: comment === '' ? undefined : comment,
  };
}

const breadcrumbsOf = (database: string, name: string): Breadcrumb[] => [
  { id: database, name: database, type: 'database' },
  { id: `${database}.${name}`, name, type: 'table' },
];
