import type { Applied, Counts } from '../port.ts';
import { type Connection, prepared } from './connection.ts';

export const noCounts: Counts = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

/** The columns of `job` that make `Counts`. */
export const COUNTS = 'inserted, updated, kept, deleted, failed, chunks';

/** Closes a page: raises the collection's sequence by one and adds the page's counts to the job's. */
export function addToJob(db: Connection, job: number, page: Counts): Applied {
  const sequence = prepared(db, "UPDATE meta SET value = value + 1 WHERE name = 'sequence' RETURNING value")
    .pluck()
    .get() as number;
  const sums = prepared(
    db,
    `UPDATE job SET sequence = ?, inserted = inserted + ?, updated = updated + ?, kept = kept + ?,
     deleted = deleted + ?, failed = failed + ?, chunks = chunks + ? WHERE id = ? RETURNING ${COUNTS}`,
  ).get(sequence, page.inserted, page.updated, page.kept, page.deleted, page.failed, page.chunks, job) as Counts;
  return { sequence, page, job: sums };
}
