import type { Queryable } from '../control/database.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';
import { listEnvironments, type EnvironmentRow } from './repository.ts';

/** The environments of projects, for nouns that have asked already whether the caller may know of them. */
export interface EnvironmentSource {
  /** By name; never empty, since every project has `production`. */
  listOf(db: Queryable, organizationId: OrganizationId, projectId: ProjectId): Promise<readonly EnvironmentRow[]>;
}

export const environmentSource: EnvironmentSource = { listOf: listEnvironments };
