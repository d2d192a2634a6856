import type { Queryable } from '../../control/database.ts';
import type { JsonText } from '../../control/schema.ts';
import type { ApiKeyId, OrganizationId, ProjectId } from '../../lib/ids.ts';
import type { Actor, Scope } from '../actor.ts';
import { readScopes } from '../scopes.ts';
import { readPermissions, scopesOfAll } from './permissions.ts';
import { type AssignedRow, listAssigned } from './repository.ts';

/** What a key may do, of itself and by its roles. */
export function rightsOf(
  scopes: JsonText,
  assigned: readonly Pick<AssignedRow, 'permissions' | 'project_id'>[],
): Pick<Actor, 'scopes' | 'projectScopes'> {
  const everywhere = new Set<Scope | '*'>(readScopes(scopes));
  const projects = new Map<ProjectId, Set<Scope>>();
  for (const { permissions, project_id } of assigned) {
    const granted = scopesOfAll(readPermissions(permissions));
    if (project_id === null) for (const scope of granted) everywhere.add(scope);
    else projects.set(project_id, new Set([...(projects.get(project_id) ?? []), ...granted]));
  }
  return { scopes: everywhere, ...(projects.size > 0 && { projectScopes: projects }) };
}

/** The rights of one key. */
export async function findRights(
  db: Queryable,
  organizationId: OrganizationId,
  key: { readonly id: ApiKeyId; readonly scopes: JsonText },
): Promise<Pick<Actor, 'scopes' | 'projectScopes'>> {
  return rightsOf(key.scopes, await listAssigned(db, organizationId, key.id));
}
