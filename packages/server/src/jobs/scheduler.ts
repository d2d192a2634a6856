import type { Logger } from '@tributary/connectors/kit/context';
import { sql } from 'kysely';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Flag, JobState, Millis } from '../control/schema.ts';
import { statements } from '../control/statements.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';
import { appendStateEvents } from './events.ts';
import { insertPendingJobs } from './repository.ts';
import { nextRunAt } from './schedule.ts';
import { listTurns } from './turns.ts';

export interface SchedulerDeps {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  /** Source connections of one transaction; default 200. */
  readonly batch?: number;
}

export interface Scheduler {
  /**
   * Turns due source connections into pending jobs and lets waiting jobs go on whose moment has come; gives the number of
   * source connections that were due. Any number of processes may do it at once: each tick makes one job at most.
   */
  tick(): Promise<number>;
}

const BATCH = 200;
/** When more is due than fits into a batch, so many organizations get a turn of so many source connections. */
const TURNS = 100;
const TURN_SIZE = 4;
/** How soon a continuous schedule looks again whether its connection has been switched on. */
const LOOK_AGAIN_MS = 60_000;

/**
 * In quiet times everything that is due fits into one batch, in the order in which it became due. When an organization
 * has more due than that, every organization still gets its turn.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { control, clock } = deps;
  const batch = deps.batch ?? BATCH;
  let after = '';

  async function takeTurns(now: Millis): Promise<number> {
    const organizations = await listTurns(control.db, 'scheduled', after, TURNS);
    after = organizations.at(-1) ?? '';
    const ids: SourceConnectionId[] = [];
    for (const organizationId of organizations) ids.push(...(await listDue(control.db, organizationId, now)));
    return ids.length === 0 ? 0 : enqueueBatch(deps, { now, limit: ids.length, ids });
  }

  return {
    async tick() {
      const now = clock.now();
      const work = await peek(control.db, now);
      if (work.waiting) await endWaiting(control.db, now);
      if (!work.due) return 0;
      const turns = work.backlog > batch ? await takeTurns(now) : 0;
      return turns + (await enqueueBatch(deps, { now, limit: batch }));
    },
  };

  /** One cheap look, so that an idle worker opens no transaction. */
  async function peek(db: Queryable, now: Millis) {
    const { rows } = await sql<{ due: number; waiting: number }>`
      select
        (select count(*) from (
          select 1 from source_connection
          where next_run_at <= ${now} and next_run_at is not null and paused_by is null and deleted_at is null
          limit ${batch + 1}
        ) as head) as due,
        (select count(*) from (
          select 1 from sync_job where state = 'pending' and not_before <= ${now} and not_before is not null limit 1
        ) as head) as waiting`.execute(db);
    const due = rows[0]?.due ?? 0;
    return { due: due > 0, backlog: due, waiting: (rows[0]?.waiting ?? 0) > 0 };
  }
}

async function endWaiting(db: Queryable, now: Millis): Promise<void> {
  await db
    .updateTable('sync_job')
    .set({ not_before: null })
    .where(sql<boolean>`state = 'pending' and not_before is not null`)
    .where('not_before', '<=', now)
    .execute();
}

async function listDue(db: Queryable, organizationId: OrganizationId, now: Millis): Promise<SourceConnectionId[]> {
  const { rows } = await sql<{ id: SourceConnectionId }>`
    select id from source_connection
    where organization_id = ${organizationId} and next_run_at <= ${now}
      and next_run_at is not null and paused_by is null and deleted_at is null
    order by next_run_at limit ${TURN_SIZE}`.execute(db);
  return rows.map((row) => row.id);
}

interface DueRow {
  readonly id: SourceConnectionId;
  readonly organization_id: OrganizationId;
  readonly collection_id: CollectionId;
  readonly sync_id: SyncId | null;
  readonly cron: string | null;
  readonly timezone: string;
  readonly continuous: Flag;
  readonly enabled: Flag;
  readonly last_state: JobState | null;
  readonly last_full: Flag | null;
}

interface Batch {
  readonly now: Millis;
  readonly limit: number;
  /** Only these; default: whatever became due first. */
  readonly ids?: readonly SourceConnectionId[];
}

/** A tick during a live job inserts nothing, and the schedule moves on all the same; ticks that were missed are one. */
function enqueueBatch(deps: SchedulerDeps, batch: Batch): Promise<number> {
  return deps.control.transaction(async (tx) => {
    const due = await takeDue(tx, deps.control.dialect, batch);
    const startable = due.filter((row) => row.enabled === 1 && row.sync_id !== null);
    const jobs = await insertPendingJobs(tx, startable.map(newJob), batch.now);
    await appendStateEvents(
      tx,
      deps.control.dialect,
      jobs.map((job) => job.id),
      batch.now,
    );
    await moveOn(
      tx,
      due.map((row) => ({ id: row.id, next: nextOf(deps, row, batch.now) })),
    );
    return due.length;
  });
}

async function takeDue(tx: Queryable, dialect: ControlStore['dialect'], batch: Batch): Promise<readonly DueRow[]> {
  const last = (column: string) => sql`(
    select ${sql.ref(column)} from sync_job
    where sync_job.source_connection_id = source_connection.id
    order by sync_job.requested_at desc, sync_job.id desc limit 1)`;
  const { rows } = await sql<DueRow>`
    select source_connection.id, source_connection.organization_id, source_connection.collection_id,
      source_connection.sync_id, source_connection.cron, source_connection.timezone, source_connection.continuous,
      connection.enabled, ${last('state')} as last_state, ${last('full_refresh')} as last_full
    from source_connection join connection on connection.id = source_connection.connection_id
    where source_connection.next_run_at <= ${batch.now} and source_connection.next_run_at is not null
      and source_connection.paused_by is null and source_connection.deleted_at is null
      ${batch.ids ? sql`and source_connection.id in (${sql.join(batch.ids)})` : sql``}
    order by source_connection.next_run_at limit ${batch.limit}
    ${statements[dialect].skipLocked('source_connection')}`.execute(tx);
  return rows;
}

function newJob(row: DueRow) {
  const resumes = row.last_state === 'interrupted';
  return {
    organizationId: row.organization_id,
    sourceConnectionId: row.id,
    collectionId: row.collection_id,
    syncId: row.sync_id as SyncId,
    trigger: resumes ? ('resume' as const) : ('schedule' as const),
    // What an interrupted full refresh did not see again must still be found missing.
    fullRefresh: resumes && row.last_full === 1,
    requestedByEmail: null,
  };
}

function nextOf({ log }: SchedulerDeps, row: DueRow, now: Millis): Millis | null {
  if (row.continuous === 1) return row.enabled === 1 && row.sync_id !== null ? null : now + LOOK_AGAIN_MS;
  if (row.cron === null) return null;
  try {
    return nextRunAt(row.cron, row.timezone, now);
  } catch (error) {
    // It was checked when it was saved; a time zone may have vanished with another Node since. One bad row stops no other.
    log.warn(
      { sourceConnectionId: row.id, cron: row.cron, timezone: row.timezone, error },
      'a schedule cannot be read; it stands still until it is saved again',
    );
    return null;
  }
}

async function moveOn(
  tx: Queryable,
  rows: readonly { readonly id: SourceConnectionId; readonly next: Millis | null }[],
) {
  if (rows.length === 0) return;
  const values = sql.join(rows.map(({ id, next }) => sql`(cast(${id} as text), cast(${next} as bigint))`));
  await sql`
    with fresh (id, next) as (values ${values})
    update source_connection set next_run_at = fresh.next from fresh where source_connection.id = fresh.id`.execute(tx);
}
