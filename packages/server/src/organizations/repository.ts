import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';

export type OrganizationRow = Selectable<ControlTables['organization']>;

/** Answers false when an organization has this id already. */
export async function insertOrganization(db: Queryable, row: OrganizationRow): Promise<boolean> {
  const result = await db
    .insertInto('organization')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findOrganization(db: Queryable, organizationId: OrganizationId): Promise<OrganizationRow | undefined> {
  return db.selectFrom('organization').selectAll().where('id', '=', organizationId).executeTakeFirst();
}

/** The one that the first start made. */
export function findOldestOrganization(db: Queryable): Promise<OrganizationRow | undefined> {
  return db.selectFrom('organization').selectAll().orderBy('created_at').orderBy('id').limit(1).executeTakeFirst();
}
