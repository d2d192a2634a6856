import type { JobId, SourceConnectionId } from '../../lib/ids.ts';
import type { Counts, StoredCursor, StoredFailure, TypeCount } from '../port.ts';
import { type Connection, prepared } from './connection.ts';
import { COUNTS } from './job-counts.ts';
import { listCursors } from './runs.ts';
import { findSource } from './source-row.ts';

export function countTypes(db: Connection): TypeCount[] {
  return prepared(
    db,
    `SELECT s.source_connection_id AS sourceConnectionId, t.entity_type AS entityType, sum(t.entities) AS count,
       max(t.changed_at) AS lastChangedAt
     FROM stream t JOIN source s ON s.id = t.source WHERE t.entities > 0
     GROUP BY s.id, t.entity_type ORDER BY s.id, t.entity_type`,
  ).all() as TypeCount[];
}

export function cursors(db: Connection, id: SourceConnectionId): StoredCursor[] {
  const source = findSource(db, id);
  return source ? listCursors(db, source.id) : [];
}

export function jobCounts(db: Connection, id: JobId): Counts | undefined {
  return prepared(db, `SELECT ${COUNTS} FROM job WHERE job_id = ?`).get(id) as Counts | undefined;
}

export function listFailures(db: Connection, id: JobId, offset: number, limit: number): StoredFailure[] {
  const rows = prepared(
    db,
    `SELECT stream, key, code, message, at FROM failure
     WHERE job = (SELECT id FROM job WHERE job_id = ?) ORDER BY id LIMIT ? OFFSET ?`,
  ).all(id, BigInt(limit), BigInt(offset)) as (Omit<StoredFailure, 'key'> & { key: string | null })[];
  return rows.map(({ key, ...failure }) => (key === null ? failure : { ...failure, key }));
}

/** SQLite shows a page as soon as it is committed. */
export function visibleThrough(db: Connection): number {
  return prepared(db, "SELECT value FROM meta WHERE name = 'sequence'").pluck().get() as number;
}
