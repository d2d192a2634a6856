import type { CollectionId, SourceConnectionId } from '../../lib/ids.ts';
import { type Connection, inWriteTransaction, isBusy, openForWriting, prepared } from './connection.ts';
import { listEntities, removeEntities } from './entities.ts';
import { collectionPath, isDeleted, makeFolder, registerDeleted, removeFiles } from './files.ts';
import { dropNote } from './notes.ts';
import { findSource } from './source-row.ts';
import { dropSeen } from './seen.ts';
import { dropCursors, type StreamRow } from './streams.ts';

/** Another source connection may be syncing into the same file; its pages come between ours. */
const BUSY_MS = 20_000;
const ENTITIES_AT_ONCE = 1000;
/** Index pages that one merging transaction writes, some 4 MB. */
const MERGED_AT_ONCE = 500;

/**
 * Fences every writer of the source connection off, then deletes its rows in transactions of bounded length, then has
 * the index forget the words of what was deleted. Can be repeated after a crash at any place. What stays is the id in
 * `purged`, so that a late claim is refused.
 */
export function purgeSource(dataDir: string, collectionId: CollectionId, id: SourceConnectionId): void {
  if (isDeleted(dataDir, collectionId)) return;
  makeFolder(dataDir);
  const db = openForWriting(collectionPath(dataDir, collectionId), BUSY_MS);
  try {
    db.pragma('secure_delete = ON');
    const source = inWriteTransaction(db, () => {
      prepared(db, 'INSERT OR IGNORE INTO purged (source_connection_id) VALUES (?)').run(id);
      prepared(db, 'UPDATE source SET fence = fence + 1 WHERE source_connection_id = ?').run(id);
      return findSource(db, id);
    });
    if (!source) return;
    purgeStreams(db, source.id);
    inWriteTransaction(db, () => {
      prepared(db, 'DELETE FROM failure WHERE job IN (SELECT id FROM job WHERE source = ?)').run(source.id);
      prepared(db, 'DELETE FROM job WHERE source = ?').run(source.id);
      dropNote(db, source.id);
      prepared(db, 'DELETE FROM source WHERE id = ?').run(source.id);
    });
    forgetWords(db);
  } finally {
    db.close();
  }
}

/** The id is registered before the files go, see `CollectionFile.create`. */
export function purgeCollection(dataDir: string, collectionId: CollectionId): void {
  registerDeleted(dataDir, collectionId);
  removeFiles(dataDir, collectionId);
}

function purgeStreams(db: Connection, source: number): void {
  const streams = prepared(db, 'SELECT id, entity_type, entities FROM stream WHERE source = ?').all(
    source,
  ) as StreamRow[];
  for (const stream of streams) {
    for (let left = 1; left > 0;) {
      left = inWriteTransaction(db, () => {
        const entities = listEntities(db, stream, '', ENTITIES_AT_ONCE);
        removeEntities(db, stream.id, entities);
        return entities.length;
      });
    }
    inWriteTransaction(db, () => {
      dropCursors(db, stream.id);
      dropSeen(db, stream.id);
      prepared(db, 'DELETE FROM stream WHERE id = ?').run(stream.id);
    });
  }
}

/** A deleted row of FTS5 is only marked; its words stay in the index until a merge leaves them out. */
function forgetWords(db: Connection): void {
  const empty = inWriteTransaction(db, () => {
    if (prepared(db, 'SELECT 1 FROM chunk LIMIT 1').get()) return false;
    db.exec("INSERT INTO chunk_fts (chunk_fts) VALUES ('delete-all')");
    return true;
  });
  if (!empty) mergeIndex(db);
  whenFree(() => {
    if (empty) db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
  });
}

/** A negative size asks for one segment of all; the following merges go on with it until there is nothing left to do. */
function mergeIndex(db: Connection): void {
  const merge = prepared(db, "INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('merge', ?)");
  for (let size = -MERGED_AT_ONCE, written = 2; written >= 2; size = MERGED_AT_ONCE) {
    const before = totalChanges(db);
    inWriteTransaction(db, () => merge.run(BigInt(size)));
    written = totalChanges(db) - before; // one change is the statement itself, see FTS5's manual
  }
}

function totalChanges(db: Connection): number {
  return prepared(db, 'SELECT total_changes()').pluck().get() as number;
}

/** Giving space back is worth no waiting for others; the next purge tries again. */
function whenFree(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
