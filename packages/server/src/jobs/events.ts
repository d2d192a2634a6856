import type { Counts } from '../collection-store/port.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { JobState, Millis } from '../control/schema.ts';
import { statements } from '../control/statements.ts';
import type { JobId, OrganizationId } from '../lib/ids.ts';
import { countsOf } from './job-row.ts';
import type { JobRow } from './job-row.ts';

/**
 * What a row of `job_event` holds, as JSON. Every event is absolute, so a reader that missed some loses nothing.
 * `state`: the job went to that state. `progress`: it reads on; at most four a second, and only the newest are kept.
 */
export interface JobEventPayload {
  readonly state: JobState;
  readonly counts: Counts;
  /** Entities met so far by record type. */
  readonly encountered: Readonly<Record<string, number>>;
  /** Why the job failed, in words. */
  readonly error: string | null;
}

export interface JobEvent extends JobEventPayload {
  /** Rises by one within the job, beginning with 1; what `Last-Event-ID` carries. */
  readonly sequence: number;
  readonly kind: 'state' | 'progress';
  /** Milliseconds since the epoch. */
  readonly at: Millis;
}

const PROGRESS_KEPT = 200;
const PAGE = 500;

/**
 * Writes an event of a job, in the transaction that changed it. The row comes from an update that raised
 * `event_sequence`: it holds the lock, so no two events of a job get one number.
 */
export async function appendEvent(
  db: Queryable,
  row: JobRow,
  kind: JobEvent['kind'],
  at: Millis,
  encountered: Readonly<Record<string, number>> = {},
): Promise<void> {
  const event = {
    job_id: row.id,
    sequence: row.event_sequence,
    organization_id: row.organization_id,
    kind,
    payload: JSON.stringify(payloadOf(row, encountered)),
    created_at: at,
  };
  await db.insertInto('job_event').values(event).execute();
}

function payloadOf(row: JobRow, encountered: Readonly<Record<string, number>>): JobEventPayload {
  return { state: row.state, counts: countsOf(row), encountered, error: row.error_message };
}

/** The same for many jobs that were just moved, in one statement. */
export async function appendStateEvents(
  db: Queryable,
  dialect: ControlStore['dialect'],
  ids: readonly JobId[],
  at: Millis,
): Promise<void> {
  if (ids.length === 0) return;
  const moved = sql`sync_job where ${statements[dialect].isOneOf('id', ids)}`;
  await insertStateEvents(dialect, moved, at).execute(db);
}

/** The statement that writes the events of jobs that were just moved; `moved` gives their rows. */
export function insertStateEvents(
  dialect: ControlStore['dialect'],
  moved: RawBuilder<unknown>,
  at: Millis,
): RawBuilder<unknown> {
  const { jsonObject } = statements[dialect];
  const counts = sql`${jsonObject}('inserted', inserted, 'updated', updated, 'kept', kept, 'deleted', deleted, 'failed', failed, 'chunks', chunks)`;
  return sql`
    insert into job_event (job_id, sequence, organization_id, kind, payload, created_at)
    select id, event_sequence, organization_id, 'state',
      ${jsonObject}('state', state, 'counts', ${counts}, 'encountered', ${jsonObject}(), 'error', error_message),
      cast(${at} as bigint)
    from ${moved}`;
}

/** Events after a sequence (0 or less: all), oldest first, at most 500: ask again from the last one for more. */
export async function listEventsSince(
  db: Queryable,
  organizationId: OrganizationId,
  jobId: JobId,
  sequence: number,
): Promise<readonly JobEvent[]> {
  const rows = await db
    .selectFrom('job_event')
    .select(['sequence', 'kind', 'payload', 'created_at'])
    .where('organization_id', '=', organizationId)
    .where('job_id', '=', jobId)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(PAGE)
    .execute();
  return rows.map((row) => ({
    ...(JSON.parse(row.payload) as JobEventPayload),
    sequence: row.sequence,
    kind: row.kind as JobEvent['kind'],
    at: row.created_at,
  }));
}

/** Keeps a job that runs for days from filling the table. */
export async function deleteOldProgress(db: Queryable, row: JobRow): Promise<void> {
  if (row.event_sequence <= PROGRESS_KEPT) return;
  await db
    .deleteFrom('job_event')
    .where('job_id', '=', row.id)
    .where('sequence', '<=', row.event_sequence - PROGRESS_KEPT)
    .where('kind', '=', 'progress')
    .execute();
}
