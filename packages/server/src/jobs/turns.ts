import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { OrganizationId } from '../lib/ids.ts';

/** What organizations take turns at; each has an index that begins with the organization. */
export const rings = {
  claimable: sql`sync_job where state = 'pending' and not_before is null`,
  scheduled: sql`source_connection where next_run_at is not null and paused_by is null and deleted_at is null`,
} as const satisfies Readonly<Record<string, RawBuilder<unknown>>>;

/**
 * The organizations of a ring from `after` on, at most `limit`, beginning again at the first after the last one. It costs
 * one probe of the index for each, however many rows they have.
 */
export async function listTurns(
  db: Queryable,
  ring: keyof typeof rings,
  after: string,
  limit: number,
): Promise<readonly OrganizationId[]> {
  const behind = await scan(db, rings[ring], after, limit);
  if (behind.length >= limit || after === '') return behind;
  const ahead = await scan(db, rings[ring], '', limit - behind.length);
  return [...behind, ...ahead.filter((id) => id <= after && !behind.includes(id))];
}

/** A loose index scan: each step asks for the first organization after the one before. */
async function scan(db: Queryable, ring: RawBuilder<unknown>, after: string, limit: number): Promise<OrganizationId[]> {
  const { rows } = await sql<{ organization_id: OrganizationId }>`
    with recursive turn (organization_id, depth) as (
      select (select organization_id from ${ring} and organization_id > ${after} order by organization_id limit 1), 1
      union all
      select (select organization_id from ${ring} and organization_id > turn.organization_id order by organization_id limit 1), depth + 1
      from turn where turn.organization_id is not null and depth < ${limit}
    )
    select organization_id from turn where organization_id is not null`.execute(db);
  return rows.map((row) => row.organization_id);
}
