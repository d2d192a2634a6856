import type Database from 'better-sqlite3';
import type { ControlStore } from '../../src/control/database.ts';
import type { JobRow } from '../../src/jobs/job-row.ts';
import { countsOf } from '../../src/jobs/job-row.ts';
import type { JobState } from '../../src/control/schema.ts';
import { canMove, isTerminal } from '../../src/jobs/states.ts';
import type { SubjectSource } from './trial-subject.ts';
import type { Verdict } from './verdict.ts';

const NONE = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

/** The jobs of a source connection: all ended, nothing leased, their story legal, their counts the collection store's. Gives their number. */
export async function checkControl(
  control: ControlStore,
  file: Database.Database,
  { id, source }: SubjectSource,
  verdict: Verdict,
): Promise<number> {
  const jobs = await control.db.selectFrom('sync_job').selectAll().where('source_connection_id', '=', id).execute();
  for (const job of jobs) {
    const about = `job ${job.id} of ${source} (${job.state}, ${job.attempts} attempts)`;
    if (!isTerminal(job.state)) verdict.broken.push(`${about} has not ended`);
    if (job.lease_owner !== null || job.lease_until !== null) verdict.broken.push(`${about} is still leased`);
    compareCounts(file, job, about, verdict);
    await checkEvents(control, job, about, verdict);
  }
  return jobs.length;
}

function compareCounts(file: Database.Database, job: JobRow, about: string, verdict: Verdict): void {
  const query = 'SELECT inserted, updated, kept, deleted, failed, chunks FROM job WHERE job_id = ?';
  const stored = file.prepare(query).get(job.id) ?? NONE;
  const [told, kept] = [JSON.stringify(countsOf(job)), JSON.stringify(stored)];
  if (told !== kept) verdict.broken.push(`${about} says ${told}, the collection store ${kept}`);
}

/** Sequences rise by one from one; states follow the table of moves and end with the job's. */
async function checkEvents(control: ControlStore, job: JobRow, about: string, verdict: Verdict): Promise<void> {
  const events = await control.db
    .selectFrom('job_event')
    .select(['sequence', 'kind', 'payload'])
    .where('job_id', '=', job.id)
    .orderBy('sequence')
    .execute();
  const gap = events.find((event, index) => event.sequence !== index + 1);
  if (gap) verdict.broken.push(`${about} has events with a gap before ${gap.sequence}`);
  if (events.length !== job.event_sequence) verdict.broken.push(`${about} has not all its events`);
  let state: JobState = 'pending';
  for (const { kind, payload, sequence } of events) {
    if (kind !== 'state') continue;
    const next = (JSON.parse(payload) as { state: JobState }).state;
    if (sequence > 1 && !canMove(state, next)) verdict.broken.push(`${about} went from ${state} to ${next}`);
    state = next;
  }
  if (state !== job.state) verdict.broken.push(`${about} told ${state} last`);
}
