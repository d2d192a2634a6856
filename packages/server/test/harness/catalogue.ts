import Database from 'better-sqlite3';
import type { Cluster } from './cluster.ts';

/** Tables of the control store, from PostgreSQL's own catalogue, in which any column of any row holds the text. */
export async function controlTablesHolding(cluster: Cluster, text: string): Promise<string[]> {
  const tables = await cluster.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const holding: string[] = [];
  for (const { name } of tables) {
    const rows = await cluster.query(`select 1 from "${name}" as t where t::text like $1 limit 1`, [`%${text}%`]);
    if (rows.length > 0) holding.push(name);
  }
  return holding;
}

/** Tables of a collection's file, from SQLite's own catalogue, that hold a row; the index's own storage aside. */
export function filledTables(path: string): string[] {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>(
        "select name from sqlite_schema where type = 'table' and name not like 'chunk_fts_%' and name not like 'sqlite_%' order by 1",
      )
      .pluck()
      .all();
    return tables.filter((name) => db.prepare(`select 1 from "${name}" limit 1`).get() !== undefined);
  } finally {
    db.close();
  }
}

/** The connector's own cursor of a stream, as the last committed page has left it. */
export function storedCursor(path: string, stream: string): unknown {
  const db = new Database(path, { readonly: true });
  try {
    const sql = 'select value from cursor join stream on stream.id = cursor.stream where stream.name = ?';
    const value = db.prepare<[string], string>(sql).pluck().get(stream);
    return value === undefined ? undefined : (JSON.parse(value) as { cursor?: unknown }).cursor;
  } finally {
    db.close();
  }
}
