import type { Link } from '../open-client.ts';
import { quoteName, sqlTable } from '../table.ts';
import { type ReplicationPlan, VIA_ROOT_VERSION } from './replication-plan.ts';

/** Where generated columns can be told, too. */
const GENERATED_VERSION = 180_000;

const FOUND = `
  SELECT current_setting('server_version_num') AS version, (SELECT oid::text FROM pg_publication WHERE pubname = $1) AS oid`;

const MISSING = `
  SELECT c.oid::text AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($2::oid[]) AND NOT EXISTS (SELECT FROM pg_publication_tables t
    WHERE t.pubname = $1 AND t.schemaname = n.nspname AND t.tablename = c.relname)`;

/**
 * Makes the publication, or adds the tables that it lacks; gives its object id. Only tables that can be told are published:
 * a published table without a replica identity would refuse its owner's updates and deletes.
 */
export async function ensurePublication(link: Link, { publication, members }: ReplicationPlan): Promise<string> {
  const name = quoteName(publication);
  const [found] = await link.rows(FOUND, [publication]);
  if (found?.['oid']) {
    const missing = new Set(
      (await link.rows(MISSING, [publication, members.map((table) => table.oid)])).map((row) => row['oid']),
    );
    const tables = members.filter((table) => missing.has(table.oid)).map(sqlTable);
    if (tables.length > 0) await link.rows(`ALTER PUBLICATION ${name} ADD TABLE ${tables.join(', ')}`);
    return found['oid'];
  }
  const version = Number(found?.['version']);
  const options = [
    ...(version >= VIA_ROOT_VERSION ? ['publish_via_partition_root = true'] : []),
    ...(version >= GENERATED_VERSION ? ['publish_generated_columns = stored'] : []),
  ];
  const rest = options.length > 0 ? ` WITH (${options.join(', ')})` : '';
  await link.rows(`CREATE PUBLICATION ${name} FOR TABLE ${members.map(sqlTable).join(', ')}${rest}`);
  const [made] = await link.rows(FOUND, [publication]);
  return made?.['oid'] ?? '';
}
