import type { JsonObject } from '../../kit/json.ts';
import type { Connection } from './database.ts';
import { orderKey, quoted } from './tables.ts';
import type { Table } from './tables.ts';
import { selectExpression, toJson } from './values.ts';
import type { SqlValue } from './values.ts';

/** The key travels in the row under this name, which no column can have, and is not kept. */
export const KEY_FIELD = '\0key';

const PAGE_ROWS = 500;
const PAGE_KEYS = 1_000;
const PAGE_CHARACTERS = 4_000_000;

export interface Scan {
  /** Which rows; `after` must lie inside it, since it replaces it from the second page on. */
  readonly from: { readonly sql: string; readonly values: readonly SqlValue[] };
  /** What holds on every page, and what is bound in it. */
  readonly where: string;
  readonly values: readonly SqlValue[];
  /** Columns in whose order rows are read, ending with `orderKey`, so that no two rows are equal in all of them. */
  readonly order: readonly string[];
  readonly after: readonly SqlValue[] | undefined;
}

export interface Batch {
  readonly rows: readonly JsonObject[];
  /** Where the last row stands in the order; `undefined` when there was none. */
  readonly last: readonly SqlValue[] | undefined;
}

/** Every row, by key. */
export const wholeTable = (table: Table, after: readonly SqlValue[] | undefined): Scan => ({
  from: { sql: 'true', values: [] },
  where: 'true',
  values: [],
  order: orderKey(table),
  after,
});

/** The key of a row: its primary key when it is whole (SQLite allows NULL in keys), else its row id. */
function rowKey(key: readonly SqlValue[], position: readonly SqlValue[]): string {
  const whole = key.length > 0 && key.every((part) => part !== null);
  if (!whole) return `rowid:${position.map((part) => String(toJson(part))).join(',')}`;
  const parts = key.map((part) => toJson(part));
  return parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
}

const tuple = (names: readonly string[]): string => (names.length === 1 ? names.join('') : `(${names.join(', ')})`);

interface Start {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Where a page starts, so that no page costs more than the one before. Behind a position that begins with an indexed
 * field there are two searches, the rest of the equal values and then the larger ones: SQLite seeks the index by the
 * field alone when it is given the whole tuple, and would walk over all equal rows for every page.
 */
function starts(table: Table, scan: Scan): readonly Start[] {
  if (!scan.after) return [scan.from];
  const key = orderKey(table);
  const behind = `${tuple(key.map(quoted))} > ${tuple(key.map(() => '?'))}`;
  const field = scan.order.length > key.length ? scan.order[0] : undefined;
  if (field === undefined) return [{ sql: behind, values: scan.after }];
  return [
    { sql: `${quoted(field)} = ? AND ${behind}`, values: scan.after },
    { sql: `${quoted(field)} > ?`, values: scan.after.slice(0, 1) },
  ];
}

function pageStatement(
  db: Connection,
  table: Table,
  scan: Scan,
  start: Start,
  columns: readonly string[],
  limit: number,
) {
  const sql = `SELECT ${columns.join(', ')} FROM ${quoted(table.name)} WHERE ${scan.where} AND ${start.sql}
    ORDER BY ${scan.order.map(quoted).join(', ')} LIMIT ${limit}`;
  return db
    .prepare<SqlValue[], SqlValue[]>(sql)
    .raw()
    .bind(...scan.values, ...start.values);
}

/** Rows of one page, at most 500 and about 4 MB. Throws `SqliteError`. */
export function readRows(db: Connection, table: Table, scan: Scan, maxValueBytes: number): Batch {
  for (const start of starts(table, scan)) {
    const batch = readFrom(db, table, scan, start, maxValueBytes);
    if (batch.last) return batch;
  }
  return { rows: [], last: undefined };
}

function readFrom(db: Connection, table: Table, scan: Scan, start: Start, maxValueBytes: number): Batch {
  const keyLength = table.primaryKey.length;
  const keys = [...table.primaryKey, ...scan.order].map(quoted);
  const selected = table.columns.map((column) => selectExpression(quoted(column.name), maxValueBytes));
  const rows: JsonObject[] = [];
  let last: readonly SqlValue[] | undefined;
  let size = 0;
  for (const values of pageStatement(db, table, scan, start, [...keys, ...selected], PAGE_ROWS).iterate()) {
    last = values.slice(keyLength, keys.length);
    const cells = table.columns.map((column, at) => [column.name, toJson(values[keys.length + at] ?? null)] as const);
    const key = rowKey(values.slice(0, keyLength), last.slice(-orderKey(table).length));
    rows.push({ ...Object.fromEntries(cells), [KEY_FIELD]: key });
    size += cells.reduce((sum, [, cell]) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    if (size > PAGE_CHARACTERS) break;
  }
  return { rows, last };
}

/** The keys of up to 1,000 rows. Throws `SqliteError`. */
export function readKeys(
  db: Connection,
  table: Table,
  after: readonly SqlValue[] | undefined,
): { readonly keys: readonly string[]; readonly last: readonly SqlValue[] | undefined } {
  const scan = wholeTable(table, after);
  const keyLength = table.primaryKey.length;
  const columns = [...table.primaryKey, ...scan.order].map(quoted);
  const [start = scan.from] = starts(table, scan);
  const found = pageStatement(db, table, scan, start, columns, PAGE_KEYS).all();
  return {
    keys: found.map((values) => rowKey(values.slice(0, keyLength), values.slice(keyLength))),
    last: found.at(-1)?.slice(keyLength),
  };
}

/** The largest value of a column, in SQLite's order of storage classes. */
export function highest(db: Connection, table: Table, field: string): SqlValue {
  const sql = `SELECT max(${quoted(field)}) FROM ${quoted(table.name)}`;
  return db.prepare<[], SqlValue>(sql).pluck().get() ?? null;
}

/** Whether `value` lies above `top`, as SQLite compares. */
export function isAbove(db: Connection, value: SqlValue, top: SqlValue): boolean {
  return db.prepare<[SqlValue, SqlValue], bigint>('SELECT ? > ?').pluck().get(value, top) === 1n;
}
