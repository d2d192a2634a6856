import type { KeyMaterial } from '@tributary/connectors/kit/key-material';
import type { Queryable } from '../control/database.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';

/** The certificates and key stores of projects, for whoever opens connections. */
export interface KeyMaterialSource {
  /** By name, which compares without case; undefined when the project has none of it. */
  open(
    db: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    name: string,
  ): Promise<KeyMaterial | undefined>;
  has(db: Queryable, organizationId: OrganizationId, projectId: ProjectId, name: string): Promise<boolean>;
}
