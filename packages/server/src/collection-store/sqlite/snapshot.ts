import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { asId, type CollectionId, type SourceConnectionId } from '../../lib/ids.ts';
import { collectionPath } from './files.ts';

const FILE = /^[\w-]+\.sqlite$/;

/** The collections that have a file below a data directory. */
export function listCollectionFiles(dataDir: string): readonly CollectionId[] {
  try {
    return readdirSync(join(dataDir, 'collections'))
      .filter((name) => FILE.test(name))
      .toSorted()
      .map((name) => asId<CollectionId>(basename(name, '.sqlite')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Writes a collection as it is at one moment into another data directory, while it is searched and synced. The copy has no
 * log beside it. Gives false when the collection was deleted in the meantime.
 */
export function snapshotCollection(dataDir: string, collectionId: CollectionId, targetDir: string): boolean {
  let database;
  try {
    database = new Database(collectionPath(dataDir, collectionId), { readonly: true, fileMustExist: true });
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CANTOPEN')) return false;
    throw error;
  }
  try {
    mkdirSync(join(targetDir, 'collections'), { recursive: true, mode: 0o700 });
    database.prepare('VACUUM INTO ?').run(collectionPath(targetDir, collectionId));
    return true;
  } finally {
    database.close();
  }
}

/** The source connections that have rows in a collection's file. */
export function listSources(dataDir: string, collectionId: CollectionId): readonly SourceConnectionId[] {
  const database = new Database(collectionPath(dataDir, collectionId), { readonly: true, fileMustExist: true });
  try {
    return database.prepare('SELECT source_connection_id FROM source').pluck().all() as SourceConnectionId[];
  } finally {
    database.close();
  }
}
