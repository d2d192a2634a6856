import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { KeyMaterialId, OrganizationId, ProjectId } from '../lib/ids.ts';

export type KeyMaterialRow = Selectable<ControlTables['key_material']>;

/** Answers false when the name is taken. */
export async function insertKeyMaterial(db: Queryable, row: KeyMaterialRow): Promise<boolean> {
  const result = await db
    .insertInto('key_material')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Of one project, by name. */
export function listKeyMaterial(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
): Promise<KeyMaterialRow[]> {
  return db
    .selectFrom('key_material')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .orderBy('name_key')
    .execute();
}

/** By name without regard to case. */
export function findKeyMaterial(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  name: string,
): Promise<KeyMaterialRow | undefined> {
  return db
    .selectFrom('key_material')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
}

export async function updateKeyMaterial(
  db: Queryable,
  organizationId: OrganizationId,
  id: KeyMaterialId,
  change: Updateable<ControlTables['key_material']>,
): Promise<void> {
  await db
    .updateTable('key_material')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export async function deleteKeyMaterial(
  db: Queryable,
  organizationId: OrganizationId,
  id: KeyMaterialId,
): Promise<void> {
  await db.deleteFrom('key_material').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}
