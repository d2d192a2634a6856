import { type Connection, prepared } from './connection.ts';
import type { StoredEntity } from './entities.ts';
import type { StreamRow } from './streams.ts';

// `seen` holds living entities only: whoever deletes an entity deletes its row here. So unseen = all - seen.

export function markSeen(db: Connection, stream: number, entities: readonly number[]): void {
  if (entities.length === 0) return;
  prepared(db, 'INSERT OR IGNORE INTO seen (stream, entity) SELECT ?, value FROM json_each(?)').run(
    stream,
    `[${entities.join()}]`,
  );
}

export function countSeen(db: Connection, stream: number): number {
  return prepared(db, 'SELECT count(*) FROM seen WHERE stream = ?').pluck().get(stream) as number;
}

/** Entities after `afterKey`, in the order of their keys, that the current generation has not named. */
export function listUnseen(db: Connection, stream: StreamRow, afterKey: string, limit: number): StoredEntity[] {
  return prepared(
    db,
    `SELECT id, key, first_chunk, chunks FROM entity e WHERE stream = ? AND key >= ?
     AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.stream = e.stream AND s.entity = e.id) ORDER BY key LIMIT ?`,
  ).all(stream.id, afterKey, limit) as StoredEntity[];
}

export function dropSeen(db: Connection, stream: number): void {
  prepared(db, 'DELETE FROM seen WHERE stream = ?').run(stream);
}
