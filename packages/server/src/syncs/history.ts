import type { Queryable } from '../control/database.ts';
import { isTerminal } from '../jobs/states.ts';
import type { OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { LatestJobs, RunTotals, SyncJob } from './model.ts';
import { getJobSummary, listLatestJobs } from './repository.ts';

const isLive = (job: SyncJob | null): boolean => job !== null && !isTerminal(job.state);

/** The latest jobs of each of the given source connections that has one; for the views of other nouns. */
export async function readLatestJobs(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly SourceConnectionId[],
): Promise<ReadonlyMap<SourceConnectionId, LatestJobs>> {
  const newest = await listLatestJobs(db, organizationId, ids, 'any');
  const live = [...newest.values()].filter(isLive).map((job) => job.sourceConnectionId);
  const ended = await listLatestJobs(db, organizationId, live, 'ended');
  return new Map(
    [...newest].map(([id, job]) => [id, { newest: job, ended: isLive(job) ? (ended.get(id) ?? null) : job }]),
  );
}

/** The latest jobs of one source connection, and how its jobs have ended; for the views of other nouns. */
export async function readJobSummary(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<{ readonly latest: LatestJobs; readonly totals: RunTotals }> {
  const { newest, totals } = await getJobSummary(db, organizationId, id);
  if (!isLive(newest)) return { latest: { newest, ended: newest }, totals };
  const ended = await listLatestJobs(db, organizationId, [id], 'ended');
  return { latest: { newest, ended: ended.get(id) ?? null }, totals };
}

/** The newest job that has succeeded of each of the given source connections that has one. */
export function readLastCompleted(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly SourceConnectionId[],
): Promise<ReadonlyMap<SourceConnectionId, SyncJob>> {
  return listLatestJobs(db, organizationId, ids, 'completed');
}
