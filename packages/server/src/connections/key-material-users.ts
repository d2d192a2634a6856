import { findType, typeCatalog } from '@tributary/connectors/type-catalog';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Queryable } from '../control/database.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';
import { listConnections } from './repository.ts';
import { keyMaterialNames } from './type-settings.ts';

/** Whether a connection of the project names this certificate or key store; names compare without case. */
export async function isKeyMaterialUsed(
  db: Queryable,
  {
    organizationId,
    projectId,
    name,
  }: { readonly organizationId: OrganizationId; readonly projectId: ProjectId; readonly name: string },
): Promise<boolean> {
  const wanted = name.toLowerCase();
  for (const row of await listConnections(db, organizationId, projectId, Object.keys(typeCatalog))) {
    const type = await findType(row.connector);
    const named = type ? keyMaterialNames(type, JSON.parse(row.endpoint) as JsonObject) : [];
    if (named.some((one) => one.name.toLowerCase() === wanted)) return true;
  }
  return false;
}
