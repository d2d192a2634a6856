import type { Queryable } from '../control/database.ts';
import { type EnvironmentId, newId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import { insertEnvironment } from './repository.ts';

/** The environment that every project has. */
export const productionName = 'production';

/** Makes `production` for a new project, inside the transaction that makes the project. */
export async function createProduction(
  tx: Queryable,
  project: { readonly id: ProjectId; readonly organization_id: OrganizationId; readonly created_at: number },
): Promise<void> {
  await insertEnvironment(tx, {
    id: newId<EnvironmentId>(),
    organization_id: project.organization_id,
    project_id: project.id,
    name: productionName,
    name_key: productionName,
    created_at: project.created_at,
  });
}
