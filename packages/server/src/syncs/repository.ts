import { sql, type Selectable } from 'kysely';
import { compileOnce } from '../control/compile-once.ts';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import { isTerminal, jobStates, liveStates } from '../jobs/states.ts';
import type { JobId, OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { JobSummary, SyncJob } from './model.ts';

type JobRow = Selectable<ControlTables['sync_job']>;

/** A job that a stop ended has no error of its own; people still want to know why it ended. */
function errorOf(row: JobRow): SyncJob['error'] {
  if (row.error_code !== null)
    return { code: row.error_code, message: row.error_message ?? '', category: row.error_category };
  if (row.state !== 'interrupted') return null;
  return {
    code: 'interrupted',
    message: 'The service was stopped; the next job goes on from the last cursor.',
    category: null,
  };
}

function toJob(row: JobRow): SyncJob {
  return {
    id: row.id,
    organizationId: row.organization_id,
    sourceConnectionId: row.source_connection_id,
    syncId: row.sync_id,
    state: row.state,
    trigger: row.trigger_kind,
    fullRefresh: row.full_refresh === 1,
    attempts: row.attempts,
    requestedAt: row.requested_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    counts: {
      inserted: row.inserted,
      updated: row.updated,
      deleted: row.deleted,
      kept: row.kept,
      failed: row.failed,
      chunks: row.chunks,
    },
    error: errorOf(row),
  };
}

export async function findJob(db: Queryable, organizationId: OrganizationId, id: JobId): Promise<SyncJob | undefined> {
  const row = await db
    .selectFrom('sync_job')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toJob(row);
}

/** Jobs of a source connection, newest first. */
export async function listJobs(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
  limit: number,
): Promise<SyncJob[]> {
  const rows = await db
    .selectFrom('sync_job')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('source_connection_id', '=', id)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toJob);
}

/** The newest job, the newest that has ended, or the newest that has succeeded, of each of the given source connections. */
export async function listLatestJobs(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly SourceConnectionId[],
  which: 'any' | 'ended' | 'completed',
): Promise<Map<SourceConnectionId, SyncJob>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('sync_job')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('source_connection')
        .select((inner) =>
          inner
            .selectFrom('sync_job as newest')
            .select('newest.id')
            .whereRef('newest.source_connection_id', '=', 'source_connection.id')
            .$if(which === 'ended', (query) => query.where('newest.state', 'in', jobStates.filter(isTerminal)))
            .$if(which === 'completed', (query) => query.where('newest.state', '=', 'completed'))
            .orderBy('newest.requested_at', 'desc')
            .orderBy('newest.id', 'desc')
            .limit(1)
            .as('id'),
        )
        .where('source_connection.id', 'in', ids),
    )
    .execute();
  return new Map(rows.map((row) => [row.source_connection_id, toJob(row)]));
}

const summary = compileOnce((db, organizationId: OrganizationId, id: SourceConnectionId) =>
  db
    .selectFrom('sync_job')
    .selectAll()
    .select([
      sql<number>`count(*) over ()`.as('total'),
      sql<number>`sum(case when state = 'completed' then 1 else 0 end) over ()`.as('successful'),
      sql<number>`sum(case when state = 'failed' then 1 else 0 end) over ()`.as('unsuccessful'),
    ])
    .where('organization_id', '=', organizationId)
    .where('source_connection_id', '=', id)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    // One row; written as text, since a bound number would be a third parameter.
    .limit(sql.lit(1)),
);

/** The newest job of a source connection, with how its jobs ended: one statement, as every view of it needs both. */
export async function getJobSummary(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<JobSummary> {
  const [row] = await summary(db, organizationId, id);
  if (!row) return { newest: null, totals: { total: 0, successful: 0, failed: 0 } };
  const { total, successful, unsuccessful } = row;
  return {
    newest: toJob(row),
    totals: { total: Number(total), successful: Number(successful), failed: Number(unsuccessful) },
  };
}

/** How many live jobs are in each state, over all organizations, for the operator's metrics. Ended ones are not looked at. */
export async function countLiveJobs(db: Queryable): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('sync_job')
    .select(['state', sql<number>`count(*)`.as('count')])
    // Literals, so that both databases see that the index of live jobs fits.
    .where(sql<boolean>`state in ('pending', 'running', 'cancelling')`)
    .groupBy('state')
    .execute();
  const counted = new Map(rows.map((row) => [row.state, Number(row.count)]));
  return Object.fromEntries(liveStates.map((state) => [state, counted.get(state) ?? 0]));
}
