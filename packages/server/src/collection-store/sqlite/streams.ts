import { type Connection, prepared } from './connection.ts';

export interface StreamRow {
  readonly id: number;
  readonly entity_type: string;
  /** Kept with every page, so that counting never reads the table. */
  readonly entities: number;
}

export function findStream(db: Connection, source: number, name: string): StreamRow | undefined {
  return prepared(db, 'SELECT id, entity_type, entities FROM stream WHERE source = ? AND name = ?').get(
    source,
    name,
  ) as StreamRow | undefined;
}

/** The stream's row, made when it is the first page's; a new entity type replaces the old one. */
export function upsertStream(db: Connection, source: number, name: string, entityType: string): number {
  const known = findStream(db, source, name);
  if (known?.entity_type === entityType) return known.id;
  return prepared(
    db,
    `INSERT INTO stream (source, name, entity_type) VALUES (?, ?, ?)
     ON CONFLICT (source, name) DO UPDATE SET entity_type = excluded.entity_type RETURNING id`,
  )
    .pluck()
    .get(source, name, entityType) as number;
}

export function dropCursors(db: Connection, stream: number): void {
  prepared(db, 'DELETE FROM cursor WHERE stream = ?').run(stream);
}
