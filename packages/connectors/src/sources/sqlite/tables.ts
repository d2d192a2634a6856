import picomatch from 'picomatch';
import type { SqliteConfig } from './config.ts';
import type { Connection } from './database.ts';

export interface Column {
  readonly name: string;
  /** As declared; SQLite does not enforce it. */
  readonly type: string;
  /** Place in the primary key, from 1; 0 when it is not part of it. */
  readonly keyPlace: number;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Names of the primary key's columns in their order; empty when none is declared. */
  readonly primaryKey: readonly string[];
  /** A name under which the row id can be asked for; `undefined` for WITHOUT ROWID tables. */
  readonly rowId: string | undefined;
  /** Columns that lead an index, so that rows can be read in their order. */
  readonly indexed: ReadonlySet<string>;
}

const ROW_ID_NAMES = ['rowid', '_rowid_', 'oid'];

/** Quotes a name for SQL (https://www.sqlite.org/lang_keywords.html). */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function readTable(db: Connection, name: string, withoutRowId: boolean): Table {
  const columns = db
    .prepare<[string], { name: string; type: string; pk: bigint }>(
      // hidden = 1 marks what a virtual table hides; generated columns (2, 3) are read like others.
      'SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid',
    )
    .all(name)
    .map((row) => ({ name: row.name, type: row.type, keyPlace: Number(row.pk) }));
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  const indexed = db
    .prepare<[string], { name: string }>(
      `SELECT info.name AS name FROM pragma_index_list(?) AS list JOIN pragma_index_info(list.name) AS info
       WHERE info.seqno = 0 AND list.partial = 0 AND info.name IS NOT NULL`,
    )
    .all(name)
    .map((row) => row.name);
  const key = columns.filter((column) => column.keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  return {
    name,
    columns,
    primaryKey: key.map((column) => column.name),
    rowId: withoutRowId ? undefined : ROW_ID_NAMES.find((one) => !taken.has(one)),
    indexed: new Set(indexed),
  };
}

/** The ordinary tables that the configuration names; views, virtual and shadow tables and SQLite's own are passed over. */
export function listTables(db: Connection, config: Pick<SqliteConfig, 'tables'>): readonly Table[] {
  const wanted = config.tables ? picomatch([...config.tables], { nocase: true, bash: true }) : () => true;
  return db
    .prepare<[], { name: string; wr: bigint }>(
      `SELECT name, wr FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all()
    .filter((row) => wanted(row.name))
    .map((row) => readTable(db, row.name, row.wr === 1n))
    .filter((table) => orderKey(table).length > 0);
}

/** The columns that put the rows of a table into one order without ties: the row id, else the primary key. */
export function orderKey(table: Table): readonly string[] {
  return table.rowId === undefined ? table.primaryKey : [table.rowId];
}
