import type { Json } from '@tributary/connectors/kit/json';
import { type Connection, prepared } from './connection.ts';

/** Made when the first note is written: almost no collection ever has one. */
const TABLE = 'CREATE TABLE IF NOT EXISTS note (source INTEGER PRIMARY KEY, value TEXT NOT NULL)';

/** The engine's note of a source, `undefined` when there is none. */
export function findNote(db: Connection, source: number): Json | undefined {
  if (!hasNotes(db)) return undefined;
  const value = prepared(db, 'SELECT value FROM note WHERE source = ?').pluck().get(source) as string | undefined;
  return value === undefined ? undefined : (JSON.parse(value) as Json);
}

/** Replaces the note; `null` removes it. */
export function writeNote(db: Connection, source: number, note: Json): void {
  if (note === null) return dropNote(db, source);
  if (!hasNotes(db)) db.exec(TABLE);
  prepared(db, 'INSERT OR REPLACE INTO note (source, value) VALUES (?, ?)').run(source, JSON.stringify(note));
}

export function dropNote(db: Connection, source: number): void {
  if (hasNotes(db)) prepared(db, 'DELETE FROM note WHERE source = ?').run(source);
}

function hasNotes(db: Connection): boolean {
  return prepared(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'note'").get() !== undefined;
}
