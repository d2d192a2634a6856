import { type Connection, prepared } from './connection.ts';
import type { StreamRow } from './streams.ts';

/** An entity and its run of chunk ids. */
export interface StoredEntity {
  readonly id: number;
  readonly key: string;
  readonly first_chunk: number;
  readonly chunks: number;
}

/** Entities from `afterKey` on, in the order of their keys. */
export function listEntities(db: Connection, stream: StreamRow, afterKey: string, limit: number): StoredEntity[] {
  return prepared(
    db,
    'SELECT id, key, first_chunk, chunks FROM entity WHERE stream = ? AND key >= ? ORDER BY key LIMIT ?',
  ).all(stream.id, afterKey, limit) as StoredEntity[];
}

/** Deletes entities of one stream with everything that belongs to them. */
export function removeEntities(db: Connection, stream: number, entities: readonly StoredEntity[]): void {
  if (entities.length === 0) return;
  removeChunks(db, entities);
  const ids = `[${entities.map((entity) => entity.id).join()}]`;
  prepared(db, 'DELETE FROM body WHERE id IN (SELECT value FROM json_each(?))').run(ids);
  prepared(db, 'DELETE FROM seen WHERE stream = ? AND entity IN (SELECT value FROM json_each(?))').run(stream, ids);
  prepared(db, 'DELETE FROM entity WHERE id IN (SELECT value FROM json_each(?))').run(ids);
  prepared(db, 'UPDATE stream SET entities = entities - ? WHERE id = ?').run(entities.length, stream);
}

/**
 * Deletes the chunks of entities and their full-text rows. In rising order and before any insert of the transaction:
 * FTS5 writes its buffer out whenever a row id goes down.
 */
export function removeChunks(db: Connection, entities: readonly StoredEntity[]): void {
  const fullText = prepared(db, 'DELETE FROM chunk_fts WHERE rowid = ?');
  const chunks = prepared(db, 'DELETE FROM chunk WHERE id BETWEEN ? AND ?');
  for (const entity of entities.toSorted((a, b) => a.first_chunk - b.first_chunk)) {
    const end = entity.first_chunk + entity.chunks;
    // FTS5 takes row ids as integers only; the driver binds plain numbers as REAL.
    for (let id = entity.first_chunk; id < end; id++) fullText.run(BigInt(id));
    chunks.run(entity.first_chunk, end - 1);
  }
}
