import type { Queryable } from '../control/database.ts';
import type { OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { RunTotals, SyncJob } from './model.ts';
import { getRunTotals, listLatestJobs } from './repository.ts';

/** The newest job of each of the given source connections that has one; for the views of other nouns. */
export function readLatestJobs(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly SourceConnectionId[],
): Promise<ReadonlyMap<SourceConnectionId, SyncJob>> {
  return listLatestJobs(db, organizationId, ids);
}

/** How often the jobs of one source connection have ended, and how; for the views of other nouns. */
export function readRunTotals(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<RunTotals> {
  return getRunTotals(db, organizationId, id);
}
