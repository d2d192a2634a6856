import type { Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import type { SchemaReport } from '../engine/schema-keeper.ts';
import { recordNotice } from '../notifications/notices/record.ts';
import type { JobRow, Lease } from './job-row.ts';
import { leasedStates } from './states.ts';

/** So many changes of a source's schema are shown; older ones are forgotten. */
const CHANGES_KEPT = 500;

/**
 * Keeps what a job has to say of its source's schema, in the caller's transaction. `false`, with nothing written, when the
 * lease was lost, or when somebody changed what is known since the job was claimed: the next job finds it again.
 */
export async function keepSchema(db: Queryable, lease: Lease, report: SchemaReport, now: Millis): Promise<boolean> {
  const job = await db
    .selectFrom('sync_job')
    .selectAll()
    .where('id', '=', lease.jobId)
    .where('lease_owner', '=', lease.owner)
    .where('fence', '=', lease.fence)
    .where('state', 'in', leasedStates)
    .executeTakeFirst();
  if (!job || !(await write(db, job, report, now))) return false;
  await appendChanges(db, job, report, now);
  await db
    .updateTable('source_connection')
    .set({ schema_held: report.held.length === 0 ? null : JSON.stringify(report.held) })
    .where('id', '=', job.source_connection_id)
    .execute();
  if (report.changes.length > 0)
    await recordNotice(db, {
      organizationId: job.organization_id,
      subject: { sourceConnectionId: job.source_connection_id },
      happening: { kind: 'schema.changed', jobId: job.id, changes: report.changes.map(named) },
      now,
    });
  return true;
}

/** Without the values before and after: whoever is told looks them up. */
function named({ stream, kind, field, action }: SchemaReport['changes'][number]) {
  return { stream, kind, field, action };
}

async function write(db: Queryable, job: JobRow, { after, memory }: SchemaReport, now: Millis): Promise<boolean> {
  const known = { streams: JSON.stringify(memory), seen_at: now, revision: after + 1 };
  if (after > 0) {
    const { numUpdatedRows } = await db
      .updateTable('source_schema')
      .set(known)
      .where('source_connection_id', '=', job.source_connection_id)
      .where('revision', '=', after)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('source_schema')
    .values({
      source_connection_id: job.source_connection_id,
      organization_id: job.organization_id,
      ...known,
    })
    .onConflict((conflict) => conflict.column('source_connection_id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

async function appendChanges(db: Queryable, job: JobRow, { changes }: SchemaReport, now: Millis): Promise<void> {
  if (changes.length === 0) return;
  const source = job.source_connection_id;
  const last = await db
    .selectFrom('source_schema_change')
    .select((eb) => eb.fn.max('sequence').as('sequence'))
    .where('source_connection_id', '=', source)
    .executeTakeFirst();
  const next = Number(last?.sequence ?? 0) + 1;
  const rows = changes.slice(-CHANGES_KEPT).map((change, place) => ({
    source_connection_id: source,
    sequence: next + place,
    organization_id: job.organization_id,
    job_id: job.id,
    stream: change.stream,
    kind: change.kind,
    field: change.field ?? null,
    before_value: change.before ?? null,
    after_value: change.after ?? null,
    action: change.action,
    created_at: now,
  }));
  await db.insertInto('source_schema_change').values(rows).execute();
  await db
    .deleteFrom('source_schema_change')
    .where('source_connection_id', '=', source)
    .where('sequence', '<=', next + rows.length - 1 - CHANGES_KEPT)
    .execute();
}
