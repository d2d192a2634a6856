import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables } from '../../control/schema.ts';
import type { ApiKeyId, OrganizationId, ProjectId, RoleId } from '../../lib/ids.ts';

export type RoleRow = Selectable<ControlTables['role']>;
export type AssignmentRow = Selectable<ControlTables['api_key_role']>;

/** Answers false when the name is taken. */
export async function insertRole(db: Queryable, row: RoleRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('role')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

export function findRole(db: Queryable, organizationId: OrganizationId, id: RoleId): Promise<RoleRow | undefined> {
  return db
    .selectFrom('role')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export function findRoleByName(
  db: Queryable,
  organizationId: OrganizationId,
  name: string,
): Promise<RoleRow | undefined> {
  return db
    .selectFrom('role')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export function listRoles(db: Queryable, organizationId: OrganizationId): Promise<RoleRow[]> {
  return db.selectFrom('role').selectAll().where('organization_id', '=', organizationId).orderBy('name').execute();
}

export async function updateRole(
  db: Queryable,
  organizationId: OrganizationId,
  id: RoleId,
  change: Updateable<ControlTables['role']>,
): Promise<void> {
  await db.updateTable('role').set(change).where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** Takes the role from every key that has it, too. */
export async function deleteRole(db: Queryable, organizationId: OrganizationId, id: RoleId): Promise<void> {
  await db.deleteFrom('role').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** A role that a key has, with its permissions as stored and the project by its name. */
export interface AssignedRow extends Pick<AssignmentRow, 'api_key_id' | 'role_id' | 'project_id'> {
  readonly name: string;
  readonly permissions: string;
  readonly project: string | null;
}

/** The roles of one key, or of all keys of the organization. */
export function listAssigned(
  db: Queryable,
  organizationId: OrganizationId,
  apiKeyId: ApiKeyId | 'all',
): Promise<AssignedRow[]> {
  return db
    .selectFrom('api_key_role')
    .innerJoin('role', 'role.id', 'api_key_role.role_id')
    .leftJoin('project', 'project.id', 'api_key_role.project_id')
    .select([
      'api_key_role.api_key_id',
      'api_key_role.role_id',
      'api_key_role.project_id',
      'role.name',
      'role.permissions',
      'project.name as project',
    ])
    .where('api_key_role.organization_id', '=', organizationId)
    .$if(apiKeyId !== 'all', (query) => query.where('api_key_role.api_key_id', '=', apiKeyId as ApiKeyId))
    .orderBy('role.name')
    .orderBy('project.name')
    .execute();
}

export async function insertAssignments(db: Queryable, rows: readonly AssignmentRow[]): Promise<void> {
  if (rows.length > 0) await db.insertInto('api_key_role').values(rows).execute();
}

export async function deleteAssignments(
  db: Queryable,
  organizationId: OrganizationId,
  apiKeyId: ApiKeyId,
): Promise<void> {
  await db
    .deleteFrom('api_key_role')
    .where('organization_id', '=', organizationId)
    .where('api_key_id', '=', apiKeyId)
    .execute();
}

/** By name without regard to case; one that is exactly so wins. */
export async function findProjectId(
  db: Queryable,
  organizationId: OrganizationId,
  name: string,
): Promise<ProjectId | undefined> {
  const row = await db
    .selectFrom('project')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .orderBy((eb) => eb.case().when('name', '=', name).then(0).else(1).end())
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}
