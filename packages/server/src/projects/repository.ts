import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';

export type ProjectRow = Selectable<ControlTables['project']>;

/** Answers false when the name is taken. */
export async function insertProject(db: Queryable, row: ProjectRow): Promise<boolean> {
  const result = await db
    .insertInto('project')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** By name without regard to case; of names that differ only in case, as older versions let them be, the one that is exactly so. */
export function findProjectByName(
  db: Queryable,
  organizationId: OrganizationId,
  name: string,
): Promise<ProjectRow | undefined> {
  return db
    .selectFrom('project')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .orderBy((eb) => eb.case().when('name', '=', name).then(0).else(1).end())
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Whether another project has the name, without regard to case. */
export async function isNameTaken(
  db: Queryable,
  organizationId: OrganizationId,
  { id, name }: Pick<ProjectRow, 'id' | 'name'>,
): Promise<boolean> {
  const other = await db
    .selectFrom('project')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .where('id', '!=', id)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

export async function renameProject(
  db: Queryable,
  organizationId: OrganizationId,
  { id, name }: Pick<ProjectRow, 'id' | 'name'>,
): Promise<void> {
  await db
    .updateTable('project')
    .set({ name })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export function listProjects(db: Queryable, organizationId: OrganizationId): Promise<ProjectRow[]> {
  return db.selectFrom('project').selectAll().where('organization_id', '=', organizationId).orderBy('name').execute();
}

/** Answers whether the project holds a connection. */
export async function hasConnections(db: Queryable, organizationId: OrganizationId, id: ProjectId): Promise<boolean> {
  const row = await db
    .selectFrom('connection')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteProject(db: Queryable, organizationId: OrganizationId, id: ProjectId): Promise<void> {
  await db.deleteFrom('project').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}
