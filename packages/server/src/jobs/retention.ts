import { sql } from 'kysely';
import type { Logger } from '@tributary/connectors/kit/context';
import type { Config } from '../config.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import type { Clock } from '../lib/clock.ts';
import type { OrganizationId } from '../lib/ids.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** So many rows go in one transaction, which then takes a few milliseconds of the thread that also answers requests. */
const BATCH = 500;
const PAUSE_MS = 50;

export interface RetentionNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<Config, 'keepJobsDays' | 'keepEventsDays' | 'keepAuditDays' | 'keepNotificationsDays'>;
}

export interface Forgotten {
  readonly jobs: number;
  readonly events: number;
  readonly auditEvents: number;
  readonly notices: number;
}

type Batch = (db: Queryable, before: Millis) => Promise<number>;

/** Deletes what is older than the operator wants to keep, in small transactions; several services may do so at once. */
export async function forgetOld(needs: RetentionNeeds, signal: AbortSignal): Promise<Forgotten> {
  const { config } = needs;
  return {
    events: await drain(needs, config.keepEventsDays, deleteEvents, signal),
    jobs: await drain(needs, config.keepJobsDays, deleteJobs, signal),
    auditEvents: await forgetAuditEvents(needs, signal),
    notices: await forgetNotices(needs, signal),
  };
}

/** Forgets once an hour until the signal is aborted; a fault of the control store is logged, and the next hour tries again. */
export async function keepForgetting(needs: RetentionNeeds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const forgotten = await forgetOld(needs, signal);
      if (Object.values(forgotten).some((rows) => rows > 0)) needs.log.info({ ...forgotten }, 'old rows are deleted');
    } catch (error) {
      if (!signal.aborted) needs.log.warn({ error }, 'old rows could not be deleted');
    }
    await needs.clock.sleep(HOUR_MS, signal).catch(() => undefined);
  }
}

async function drain(
  { control, clock }: RetentionNeeds,
  days: number,
  batch: Batch,
  signal: AbortSignal,
): Promise<number> {
  if (days === 0) return 0;
  const before = clock.now() - days * DAY_MS;
  let sum = 0;
  while (!signal.aborted) {
    const rows = await control.transaction((tx) => batch(tx, before));
    sum += rows;
    if (rows < BATCH) break;
    await clock.sleep(PAUSE_MS, signal);
  }
  return sum;
}

async function deleteEvents(db: Queryable, before: Millis): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from job_event where (job_id, sequence) in (
      select job_id, sequence from job_event where created_at < ${before} order by created_at limit ${BATCH})`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
}

/** The job that ended last says how fresh the data is, however long ago that was. */
async function deleteJobs(db: Queryable, before: Millis): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sync_job where id in (
      select job.id from sync_job as job
      where job.completed_at < ${before} and exists (
        select 1 from sync_job as newer
        where newer.source_connection_id = job.source_connection_id and newer.completed_at > job.completed_at)
      order by job.completed_at limit ${BATCH})`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** And what rules have heard of so long ago that nothing is held back for it any more. */
async function forgetNotices(needs: RetentionNeeds, signal: AbortSignal): Promise<number> {
  const days = needs.config.keepNotificationsDays;
  await drain(needs, days, deleteRepeats, signal);
  return drain(needs, days, deleteNotices, signal);
}

async function deleteRepeats(db: Queryable, before: Millis): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from notification_repeat where (rule_id, subject_id, kind) in (
      select rule_id, subject_id, kind from notification_repeat where noticed_at < ${before} limit ${BATCH})`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
}

/** With their deliveries. None waits for so long: those that nobody takes end after a day. */
async function deleteNotices(db: Queryable, before: Millis): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from notice where id in (
      select id from notice where created_at < ${before} order by created_at limit ${BATCH})`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Cuts the beginning off the logs of organizations, and first the events of versions that had no chain. */
async function forgetAuditEvents(needs: RetentionNeeds, signal: AbortSignal): Promise<number> {
  const { control, clock, config } = needs;
  let sum = await drain(needs, config.keepAuditDays, deleteUnchainedEvents, signal);
  if (config.keepAuditDays === 0) return sum;
  const before = clock.now() - config.keepAuditDays * DAY_MS;
  for (const organizationId of await listOrganizationsWithEvents(control.db, before)) {
    const cut: Batch = (tx) => cutChain(tx, organizationId, before);
    sum += await drain(needs, config.keepAuditDays, cut, signal);
  }
  return sum;
}

async function deleteUnchainedEvents(db: Queryable, before: Millis): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit_event where sequence is null and (organization_id, created_at, id) in (
      select organization_id, created_at, id from audit_event where created_at < ${before} and sequence is null
      order by created_at limit ${BATCH})`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

async function listOrganizationsWithEvents(db: Queryable, before: Millis): Promise<readonly OrganizationId[]> {
  const rows = await db
    .selectFrom('audit_event')
    .select('organization_id')
    .distinct()
    .where('created_at', '<', before)
    .where('sequence', 'is not', null)
    .execute();
  return rows.map((row) => row.organization_id);
}

/**
 * The anchor is moved first: only what lies behind it can be deleted, and the rest of the chain is verified from it. An event
 * that is young keeps all that follow, whatever their time says: clocks of several processes differ a little.
 */
async function cutChain(tx: Queryable, organizationId: OrganizationId, before: Millis): Promise<number> {
  // Writing the row takes it, so that two services do not cut at once.
  const head = await tx
    .updateTable('audit_head')
    .set((eb) => ({ anchor_sequence: eb.ref('anchor_sequence') }))
    .where('organization_id', '=', organizationId)
    .returning(['anchor_sequence'])
    .executeTakeFirst();
  const oldest = await tx
    .selectFrom('audit_event')
    .select(['sequence', 'hash', 'created_at'])
    .where('organization_id', '=', organizationId)
    .where('sequence', '>', head?.anchor_sequence ?? 0)
    .orderBy('sequence')
    .limit(BATCH)
    .execute();
  const kept = oldest.findIndex((event) => event.created_at >= before);
  const last = (kept === -1 ? oldest : oldest.slice(0, kept)).at(-1);
  if (!last) return 0;
  const anchor = { anchor_sequence: last.sequence ?? 0, anchor_hash: last.hash ?? '' };
  await tx.updateTable('audit_head').set(anchor).where('organization_id', '=', organizationId).execute();
  const { numDeletedRows } = await tx
    .deleteFrom('audit_event')
    .where('organization_id', '=', organizationId)
    .where('sequence', '<=', anchor.anchor_sequence)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
