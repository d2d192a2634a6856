import type { Json } from '@tributary/connectors/kit/json';
import { must } from '../../lib/asserts.ts';
import type { Counts, RunStart, RunState, StoredCursor } from '../port.ts';
import { type Connection, prepared } from './connection.ts';
import { COUNTS } from './job-counts.ts';
import { findNote } from './notes.ts';
import type { SourceRow } from './source-row.ts';

/** Older jobs lose their list of failures, and their row when no entity can point to it. */
const JOBS_KEPT = 50;

interface JobRow extends Counts {
  readonly id: number;
  readonly generation: number;
  readonly sequence: number;
}

/** Goes on with the source's open job, or begins a new listing: nothing seen, no cursor done, none that does not last. */
export function beginRun(db: Connection, source: SourceRow, start: RunStart): RunState {
  prepared(db, 'UPDATE source SET source_name = ?, sync_id = ? WHERE id = ?').run(
    start.sourceName,
    start.syncId,
    source.id,
  );
  const known = prepared(db, 'SELECT id FROM job WHERE job_id = ?').pluck().get(start.jobId) as number | undefined;
  if (known !== undefined && known === source.job) return stateOf(db, source.id, known, true);

  const generation = source.generation + 1;
  const job = prepared(
    db,
    `INSERT INTO job (job_id, source, generation) VALUES (?, ?, ?)
     ON CONFLICT (job_id) DO UPDATE SET generation = excluded.generation RETURNING id`,
  )
    .pluck()
    .get(start.jobId, source.id, generation) as number;
  prepared(db, 'UPDATE source SET generation = ?, job = ? WHERE id = ?').run(generation, job, source.id);
  forgetSeen(db, source.id);
  const streams = 'stream IN (SELECT id FROM stream WHERE source = ?)';
  prepared(db, `DELETE FROM cursor WHERE ${streams} AND (durable = 0 OR ?)`).run(source.id, start.full ? 1 : 0);
  prepared(db, `UPDATE cursor SET done = 0 WHERE ${streams}`).run(source.id);
  forgetOldJobs(db, source.id);
  return stateOf(db, source.id, job, false);
}

/** Closes the listing. The same job could only begin a new one afterwards, since what it saw is forgotten. */
export function endRun(db: Connection, source: SourceRow, job: number): RunState {
  prepared(db, 'UPDATE source SET job = NULL WHERE id = ?').run(source.id);
  forgetSeen(db, source.id);
  return stateOf(db, source.id, job, true);
}

export function listCursors(db: Connection, source: number): StoredCursor[] {
  const rows = prepared(
    db,
    `SELECT t.name AS stream, c.slice, c.value, c.done FROM cursor c JOIN stream t ON t.id = c.stream
     WHERE t.source = ? ORDER BY t.name, c.slice`,
  ).all(source) as { stream: string; slice: string; value: string; done: number }[];
  return rows.map((row) => ({ ...row, value: JSON.parse(row.value) as Json, done: row.done === 1 }));
}

function stateOf(db: Connection, source: number, job: number, goesOn: boolean): RunState {
  const row = prepared(db, `SELECT id, generation, sequence, ${COUNTS} FROM job WHERE id = ?`).get(job);
  const { id: _, generation, sequence, ...counts } = must(row as JobRow | undefined, 'a run has a job');
  const last = prepared(db, "SELECT value FROM meta WHERE name = 'sequence'").pluck().get() as number;
  const note = findNote(db, source);
  const cursors = listCursors(db, source);
  return {
    generation,
    resumed: goesOn && sequence > 0,
    cursors,
    counts,
    sequence: last,
    ...(note !== undefined && { note }),
  };
}

function forgetSeen(db: Connection, source: number): void {
  prepared(db, 'DELETE FROM seen WHERE stream IN (SELECT id FROM stream WHERE source = ?)').run(source);
}

function forgetOldJobs(db: Connection, source: number): void {
  const oldest = prepared(db, 'SELECT id FROM job WHERE source = ? ORDER BY id DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(source, JOBS_KEPT) as number | undefined;
  if (oldest === undefined) return;
  prepared(db, 'DELETE FROM failure WHERE job IN (SELECT id FROM job WHERE source = ? AND id <= ?)').run(
    source,
    oldest,
  );
  prepared(db, 'DELETE FROM job WHERE source = ? AND id <= ? AND inserted = 0 AND updated = 0').run(source, oldest);
}
