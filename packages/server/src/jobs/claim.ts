import { sql } from 'kysely';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { JobTrigger, Millis } from '../control/schema.ts';
import { nobodyWrites, statements } from '../control/statements.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, JobId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';
import { endJob } from './ending.ts';
import { appendStateEvents, insertStateEvents } from './events.ts';
import type { JobRow } from './job-row.ts';
import { move } from './states.ts';
import { listTurns } from './turns.ts';

/** A job that this worker may run as long as its lease holds. */
export interface ClaimedJob {
  readonly id: JobId;
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly collectionId: CollectionId;
  readonly syncId: SyncId;
  readonly trigger: JobTrigger;
  readonly fullRefresh: boolean;
  /** Rises with every claim of the job; what `CollectionWriters.claim` takes as the control store's fence. */
  readonly fence: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Attempts in a row before this one that brought nothing. */
  readonly stalledAttempts: number;
  readonly startedAt: Millis;
  readonly leaseUntil: Millis;
}

export interface ClaimerDeps {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
  /** Jobs of one organization that may run at a time; default: any number. */
  readonly runningPerOrganization?: number;
}

export interface Claimer {
  /**
   * Claims up to `limit` jobs, taking turns over the organizations that have some. Jobs whose connection was switched off
   * or whose source connection was deleted in the meantime end as cancelled instead.
   */
  claim(limit: number): Promise<readonly ClaimedJob[]>;
}

export function createClaimer(deps: ClaimerDeps): Claimer {
  const { control } = deps;
  let after = '';

  /** One round over the organizations: an equal share for each. */
  async function round(limit: number): Promise<readonly ClaimedJob[]> {
    const full =
      deps.runningPerOrganization === undefined ? [] : await listFull(control.db, deps.runningPerOrganization);
    const turns = await listTurns(control.db, 'claimable', after, limit + full.length);
    const organizationIds = turns.filter((id) => !full.includes(id)).slice(0, limit);
    if (organizationIds.length === 0) return [];
    after = organizationIds.at(-1) ?? '';
    const each = deps.runningPerOrganization === undefined ? Math.ceil(limit / organizationIds.length) : 1;
    return control.transaction((tx) => take(tx, deps, { owner: deps.owner, organizationIds, each }, limit));
  }

  return {
    async claim(limit) {
      const claimed: ClaimedJob[] = [];
      while (claimed.length < limit) {
        const more = await round(limit - claimed.length);
        if (more.length === 0) break;
        claimed.push(...more);
      }
      return claimed;
    },
  };
}

/** Organizations that run as many jobs as they may; the rows looked at are the running ones only. */
async function listFull(db: Queryable, cap: number): Promise<readonly OrganizationId[]> {
  const { rows } = await sql<{ organization_id: OrganizationId }>`
    select organization_id from sync_job where state in ('running', 'cancelling')
    group by organization_id having count(*) >= ${cap}`.execute(db);
  return rows.map((row) => row.organization_id);
}

async function take(
  tx: Queryable,
  deps: ClaimerDeps,
  turn: { readonly owner: string; readonly organizationIds: readonly OrganizationId[]; readonly each: number },
  limit: number,
): Promise<readonly ClaimedJob[]> {
  const now = deps.clock.now();
  const { dialect } = deps.control;
  const candidates = (await statements[dialect].takeClaimable(tx, turn)).slice(0, limit);
  if (candidates.length === 0) return [];
  for (const job of candidates) if (job.active === 0) await cancelInactive(tx, job.id, now);
  const startable = candidates.filter((job) => job.active === 1).map((job) => job.id);
  if (startable.length === 0) return [];
  return (await lease(tx, deps, startable, now)).map(claimedJob);
}

async function cancelInactive(tx: Queryable, jobId: JobId, now: Millis): Promise<void> {
  const set = {
    error_code: 'sync_not_active',
    error_message: 'The connection was switched off or deleted before the job began.',
  };
  await endJob(tx, { jobId, from: 'pending', to: 'cancelled', lease: undefined, set, now });
}

type LeasedRow = Pick<JobRow, (typeof leased)[number]>;

const leased = [
  'id',
  'organization_id',
  'source_connection_id',
  'collection_id',
  'sync_id',
  'trigger_kind',
  'full_refresh',
  'fence',
  'attempts',
  'stalled_attempts',
  'started_at',
  'lease_until',
] as const;

/** Writes the leases and the event of each; PostgreSQL does so in one statement, which costs a round trip less. */
async function lease(
  tx: Queryable,
  { control, owner, leaseMs }: ClaimerDeps,
  ids: readonly JobId[],
  now: Millis,
): Promise<readonly LeasedRow[]> {
  const { dialect } = control;
  const update = tx
    .updateTable('sync_job')
    .set((eb) => ({
      state: move('pending', 'running'),
      lease_owner: owner,
      lease_until: now + leaseMs,
      fence: eb('fence', '+', 1),
      attempts: eb('attempts', '+', 1),
      started_at: eb.fn.coalesce('started_at', eb.val(now)),
      counts_at_claim: sql<number>`inserted + updated + deleted + failed`,
      event_sequence: eb('event_sequence', '+', 1),
    }))
    .where(statements[dialect].isOneOf('id', ids))
    .where('state', '=', 'pending')
    .where(nobodyWrites(sql`sync_job`, owner));
  if (dialect === 'postgres') {
    const { rows } = await sql<LeasedRow>`
      with leased as (${update.returningAll()}), told as (${insertStateEvents(dialect, sql`leased`, now)})
      select ${sql.join(leased.map((column) => sql.ref(column)))} from leased`.execute(tx);
    return rows;
  }
  const rows = await update.returning(leased).execute();
  const taken = rows.map((row) => row.id);
  await appendStateEvents(tx, dialect, taken, now);
  return rows;
}

function claimedJob(row: LeasedRow): ClaimedJob {
  return {
    id: row.id,
    organizationId: row.organization_id,
    sourceConnectionId: row.source_connection_id,
    collectionId: row.collection_id,
    syncId: row.sync_id,
    trigger: row.trigger_kind,
    fullRefresh: row.full_refresh === 1,
    fence: row.fence,
    attempt: row.attempts,
    stalledAttempts: row.stalled_attempts,
    startedAt: row.started_at ?? 0,
    leaseUntil: row.lease_until ?? 0,
  };
}
