import type { Queryable } from '../control/database.ts';
import type { EnvironmentId, OrganizationId, ProjectId } from '../lib/ids.ts';

/** What placeholders stand for. */
export interface VariableSource {
  /**
   * The values in an environment of a project, plain: hand them to a connection that is opened, nothing else. Of one name the
   * environment's wins over the project's, and at the same level a secret one over a plain one.
   */
  valuesIn(
    db: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    environmentId: EnvironmentId,
  ): Promise<ReadonlyMap<string, string>>;
}
