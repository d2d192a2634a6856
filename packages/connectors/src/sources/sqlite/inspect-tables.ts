import type { DatabaseSchema } from '../../kit/database-schema.ts';
import { databaseSchemaOf, type CatalogRow } from '../sql/database-schema.ts';
import { guarded, openDatabase } from './database.ts';
import type { Connection, Context } from './database.ts';
import { listTables } from './tables.ts';

// A declared primary key of one INTEGER column never holds null, whether or not the declaration says so.
const COLUMNS = `
  SELECT ? AS stream, name, lower(type) AS type, iif("notnull" = 0 AND pk = 0, 'YES', 'NO') AS nullable,
    iif(pk > 0, 'YES', 'NO') AS "primary" FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`;

// Without column names a key points to the other table's primary key.
const FOREIGN_KEYS = `
  SELECT ? AS stream, 'fk_' || id AS name, "from" AS "column", "table" AS to_stream,
    coalesce("to", (SELECT info.name FROM pragma_table_info("table") AS info WHERE info.pk = seq + 1)) AS to_column
  FROM pragma_foreign_key_list(?) ORDER BY id, seq`;

const rowsOf = (db: Connection, sql: string, name: string): CatalogRow[] =>
  db.prepare<[string, string], CatalogRow>(sql).all(name, name);

/** The tables that are read, as SQLite describes them. Throws `ConnectorError`. */
export async function inspectTables(ctx: Context): Promise<DatabaseSchema> {
  const db = await openDatabase(ctx);
  try {
    return guarded(ctx.config.path, () => {
      const names = listTables(db, ctx.config).map(({ name }) => name);
      return databaseSchemaOf({
        streams: new Map(names.map((name) => [name, null])),
        columns: names.flatMap((name) => rowsOf(db, COLUMNS, name)),
        keys: names.flatMap((name) => rowsOf(db, FOREIGN_KEYS, name)),
      });
    });
  } finally {
    db.close();
  }
}
