import type { Queryable } from '../control/database.ts';
import type { OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { JobSummary, SyncJob } from './model.ts';
import { getJobSummary, listLatestJobs } from './repository.ts';

/** The newest job of each of the given source connections that has one; for the views of other nouns. */
export function readLatestJobs(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly SourceConnectionId[],
): Promise<ReadonlyMap<SourceConnectionId, SyncJob>> {
  return listLatestJobs(db, organizationId, ids);
}

/** The newest job of one source connection, and how its jobs have ended; for the views of other nouns. */
export function readJobSummary(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<JobSummary> {
  return getJobSummary(db, organizationId, id);
}
