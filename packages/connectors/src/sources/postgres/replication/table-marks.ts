import { hash } from 'node:crypto';
import type { Link } from '../open-client.ts';
import type { Table } from '../table.ts';
import type { ReplicationPlan } from './replication-plan.ts';

/**
 * A table's place in the publication; and the files of its partitions, since attaching, detaching and emptying one is not
 * told through the partitioned table.
 */
const PLACES = `
  SELECT c.oid::text AS oid,
    (SELECT r.oid::text FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
      WHERE p.pubname = $1 AND r.prrelid = c.oid) AS membership,
    CASE WHEN c.relkind = 'p' THEN (SELECT string_agg(t.relid::oid::text || '/' || pg_relation_filenode(t.relid), ',' ORDER BY t.relid::oid)
      FROM pg_partition_tree(c.oid) t WHERE t.isleaf) END AS partitions
  FROM pg_class c WHERE c.oid = ANY ($2::oid[])`;

/**
 * A mark for each table, by its object id. A copy of a table is good as long as its mark stays: a change of it is a change
 * that no row tells of, such as another column, or a table of the same name.
 */
export async function listTableMarks(link: Link, plan: ReplicationPlan): Promise<ReadonlyMap<string, string>> {
  const rows = await link.rows(PLACES, [plan.publication, plan.members.map((table) => table.oid)]);
  const places = new Map(rows.map((row) => [row['oid'], [row['membership'], row['partitions']]]));
  return new Map(plan.members.map((table) => [table.oid, markOf(table, places.get(table.oid))]));
}

function markOf({ oid, key, columns }: Table, place: unknown): string {
  const shape = JSON.stringify([oid, key, columns.map(({ name, typeOid }) => [name, typeOid]), place]);
  return hash('sha256', shape, 'hex').slice(0, 16);
}
