import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '@tributary/connectors/kit/secret';
import Database from 'better-sqlite3';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, SourceConnectionId } from '../lib/ids.ts';
import { copyTables } from './copy-tables.ts';
import { openPostgresControlStore } from './postgres.ts';
import { openSqliteControlStore } from './sqlite.ts';
import { runForEveryone } from './tenant-scope.ts';

export interface ControlPlace {
  /** `postgres://…`; without it the SQLite file in the data directory. */
  readonly databaseUrl: Secret | undefined;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Whether the database has, or is to have, row-level security. */
  readonly rowSecurity?: boolean;
}

export const CONTROL_FILE = 'control.sqlite';

/**
 * Writes the control store as it is at one moment into a SQLite file at `path`, whatever database it lives in, while
 * the service runs. Throws `schema_mismatch` when the database is not of this version.
 */
export async function snapshotControl(place: ControlPlace, path: string): Promise<void> {
  const { databaseUrl: url } = place;
  if (url === undefined) return copyFile(join(place.dataDir, CONTROL_FILE), path);
  return runForEveryone(() => snapshotDatabase({ ...place, url }, path));
}

async function snapshotDatabase(place: ControlPlace & { readonly url: Secret }, path: string): Promise<void> {
  const { clock } = place;
  const from = await openPostgresControlStore({ ...place, migrations: 'verify', poolSize: 1 });
  try {
    const to = await openSqliteControlStore({ path, clock, busy: 'block' });
    try {
      await from.db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((moment) => copyTables(moment, to));
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  foldLog(path);
}

/** Brings a snapshot to the present schema and, when there is a database, moves it there; it must hold no organization yet. */
export function restoreControl(place: ControlPlace, path: string): Promise<'restored' | 'occupied'> {
  return runForEveryone(() => restoreSnapshot(place, path));
}

async function restoreSnapshot(place: ControlPlace, path: string): Promise<'restored' | 'occupied'> {
  const { clock, databaseUrl: url } = place;
  const from = await openSqliteControlStore({ path, clock, busy: 'block', migrations: 'apply' });
  try {
    if (url === undefined) return 'restored';
    const to = await openPostgresControlStore({ ...place, url, migrations: 'apply', poolSize: 1 });
    try {
      if (await to.db.selectFrom('organization').select('id').limit(1).executeTakeFirst()) return 'occupied';
      await copyTables(from.db, to);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
    foldLog(path);
  }
  return 'restored';
}

/** The collections and source connections that a snapshot knows. */
export function listKnown(path: string): {
  readonly collections: ReadonlySet<CollectionId>;
  readonly sourceConnections: ReadonlySet<SourceConnectionId>;
} {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  const ids = <T>(table: string) => new Set(database.prepare(`select id from ${table}`).pluck().all() as T[]);
  try {
    return {
      collections: ids<CollectionId>('collection'),
      sourceConnections: ids<SourceConnectionId>('source_connection'),
    };
  } finally {
    database.close();
  }
}

/** One reading transaction, so that the copy is of one moment however much is written meanwhile. */
function copyFile(from: string, to: string): void {
  const database = new Database(from, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

/** Leaves one file: the write-ahead log goes into it. */
function foldLog(path: string): void {
  const database = new Database(path);
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}
