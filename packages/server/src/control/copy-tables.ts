import { sql } from 'kysely';
import type { ControlStore, Queryable } from './database.ts';
import type { ControlTables } from './schema.ts';

/** What is about running processes stays behind: a store that was moved or restored is bound anew, to where it is. */
type Table = Exclude<keyof ControlTables, 'data_directory' | 'worker' | 'worker_deployment'>;

/** Every table with its primary key; those that others point to come first. A new table does not compile without its row. */
const TABLES = {
  organization: ['id'],
  project: ['id'],
  environment: ['id'],
  variable: ['id'],
  key_material: ['id'],
  api_key: ['id'],
  access_token: ['hash'],
  role: ['id'],
  api_key_role: ['id'],
  collection: ['id'],
  connector: ['id'],
  connector_version: ['connector_id', 'version'],
  connection: ['id'],
  integration_source: ['connection_id'],
  integration_relationship: ['id'],
  integration_database: ['id'],
  deployment: ['connection_id'],
  credential: ['connection_id'],
  oauth_client: ['id'],
  auth_provider: ['id'],
  organization_key: ['organization_id'],
  source_connection: ['id'],
  authorization_session: ['id'],
  source_schema: ['source_connection_id'],
  source_schema_change: ['source_connection_id', 'sequence'],
  sync_job: ['id'],
  job_event: ['job_id', 'sequence'],
  audit_event: ['organization_id', 'created_at', 'id'],
  audit_head: ['organization_id'],
  collection_usage: ['collection_id'],
  notification_rule: ['id'],
  notification_repeat: ['rule_id', 'subject_id', 'kind'],
  notice: ['id'],
  notice_delivery: ['id'],
  idempotency_key: ['organization_id', 'key'],
} as const satisfies Readonly<Record<Table, readonly string[]>>;

/** Rows that are written at once: their parameters stay below both databases' limits. */
const BATCH = 500;

/** Copies all rows of a control store into an empty one of the same schema, in one transaction of the target. */
export async function copyTables(from: Queryable, to: ControlStore): Promise<void> {
  await to.transaction(async (tx) => {
    for (const [table, key] of Object.entries(TABLES) as [Table, readonly string[]][]) {
      for await (const rows of pages(from, table, key)) {
        await tx
          .insertInto(table)
          .values(rows as never)
          .execute();
      }
    }
  });
}

/** Pages of a table in the order of its primary key, so that a large one is never in memory as a whole. */
async function* pages(db: Queryable, table: Table, key: readonly string[]): AsyncGenerator<readonly object[]> {
  const order = sql.join(key.map((column) => sql.ref(column)));
  let last: readonly unknown[] | undefined;
  for (;;) {
    const after = last ? sql`where (${order}) > (${sql.join(last)})` : sql``;
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(table)} ${after} order by ${order} limit ${sql.lit(BATCH)}`.execute(db);
    if (rows.length > 0) yield rows;
    const end = rows.at(-1);
    if (rows.length < BATCH || !end) return;
    last = key.map((column) => end[column]);
  }
}
