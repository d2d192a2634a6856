import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';

export type EnvironmentRow = Selectable<ControlTables['environment']>;

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
