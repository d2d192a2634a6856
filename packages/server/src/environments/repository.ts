import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { EnvironmentId, OrganizationId, ProjectId, VariableId } from '../lib/ids.ts';

export type EnvironmentRow = Selectable<ControlTables['environment']>;
export type VariableRow = Selectable<ControlTables['variable']>;

/** The project, or one environment of it. */
export interface VariableLevel {
  readonly projectId: ProjectId;
  /** Null: for every environment that has none of the name. */
  readonly environmentId: EnvironmentId | null;
}

/** Answers false when the name is taken. */
export async function insertEnvironment(db: Queryable, row: EnvironmentRow): Promise<boolean> {
  const result = await db
    .insertInto('environment')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Of one project, by name. */
export function listEnvironments(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
): Promise<EnvironmentRow[]> {
  return db
    .selectFrom('environment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .orderBy('name_key')
    .execute();
}

/** By name without regard to case. */
export function findEnvironment(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  name: string,
): Promise<EnvironmentRow | undefined> {
  return db
    .selectFrom('environment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
}

/** Answers false when another environment of the project has the name. */
export async function renameEnvironment(
  db: Queryable,
  organizationId: OrganizationId,
  { id, project_id, name, name_key }: EnvironmentRow,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('environment')
    .set({ name, name_key })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('environment as other')
            .select('other.id')
            .where('other.project_id', '=', project_id)
            .where('other.name_key', '=', name_key)
            .where('other.id', '!=', id),
        ),
      ),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Its variables go with it. */
export async function deleteEnvironment(
  db: Queryable,
  organizationId: OrganizationId,
  id: EnvironmentId,
): Promise<void> {
  await db.deleteFrom('environment').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** Those of one level, by name. */
export function listVariables(
  db: Queryable,
  organizationId: OrganizationId,
  { projectId, environmentId }: VariableLevel,
): Promise<VariableRow[]> {
  return db
    .selectFrom('variable')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('environment_id', environmentId === null ? 'is' : '=', environmentId)
    .orderBy('name')
    .execute();
}

/** Those of the project and those of one of its environments. */
export function listVariablesFor(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  environmentId: EnvironmentId,
): Promise<VariableRow[]> {
  return db
    .selectFrom('variable')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where((eb) => eb.or([eb('environment_id', 'is', null), eb('environment_id', '=', environmentId)]))
    .execute();
}

/** Names of variables are compared as they are. */
export function findVariable(
  db: Queryable,
  organizationId: OrganizationId,
  { projectId, environmentId }: VariableLevel,
  name: string,
): Promise<VariableRow | undefined> {
  return db
    .selectFrom('variable')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('environment_id', environmentId === null ? 'is' : '=', environmentId)
    .where('name', '=', name)
    .executeTakeFirst();
}

/** Answers false when the level has the name. */
export async function insertVariable(db: Queryable, row: VariableRow): Promise<boolean> {
  const result = await db
    .insertInto('variable')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateVariable(
  db: Queryable,
  organizationId: OrganizationId,
  id: VariableId,
  change: Updateable<ControlTables['variable']>,
): Promise<void> {
  await db
    .updateTable('variable')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export async function deleteVariable(db: Queryable, organizationId: OrganizationId, id: VariableId): Promise<void> {
  await db.deleteFrom('variable').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}
