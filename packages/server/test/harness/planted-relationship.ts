import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Writes a relationship of an integration source, which otherwise only a database can have; gives its id. */
export function plantRelationship(dataDir: string, source: { organization_id: string; id: string }): string {
  const id = randomUUID();
  const db = new Database(join(dataDir, 'control.sqlite'));
  db.prepare(
    `insert into integration_relationship (id, organization_id, connection_id, kind, status, score, evidence, from_stream,
       from_columns, to_stream, to_columns, created_at, modified_at)
     values (?, ?, ?, 'INFERRED', 'SUGGESTED', 0.5, null, 'a', '["b_id"]', 'b', '["id"]', 1, 1)`,
  ).run(id, source.organization_id, source.id);
  db.close();
  return id;
}
