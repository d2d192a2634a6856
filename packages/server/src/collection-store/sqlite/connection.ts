import Database from 'better-sqlite3';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

export type Connection = Database.Database;

const PAGE_BYTES = 8192;
/** Measured: fewer checkpoints than the default 1,000 pages, and a WAL of some 32 MB. */
const CHECKPOINT_PAGES = 4000;
const WRITER_CACHE_KB = 64 * 1024;
/** Several collections are open at a time on each reader thread; the operating system caches the rest. */
const READER_CACHE_KB = 16 * 1024;
/** After a long reader has let the log grow, the next checkpoint cuts it back to this. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Opens a collection's file for writing and creates it when it is missing.
 * `busyMs` blocks the calling thread while another process writes: never use it on the API's thread.
 */
export function openForWriting(path: string, busyMs: number): Connection {
  const db = new Database(path, { timeout: busyMs });
  try {
    // The page size must be set before the first page, and cannot be changed in WAL mode.
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    db.pragma(`cache_size = -${WRITER_CACHE_KB}`);
    if (schemaVersion(db) !== SCHEMA_VERSION) createSchema(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a collection's file for reading, on a reader thread; `undefined` while its schema is not there yet. */
export function openForReading(path: string, busyMs: number): Connection | undefined {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    db.pragma(`cache_size = -${READER_CACHE_KB}`);
    db.function('fold', { deterministic: true }, foldCase);
    if (schemaVersion(db) === SCHEMA_VERSION) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}

/** SQLite's own `lower` knows ASCII only. */
function foldCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function schemaVersion(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function createSchema(db: Connection): void {
  inWriteTransaction(db, () => {
    const version = schemaVersion(db); // another process may have been first
    if (version === SCHEMA_VERSION) return;
    if (version !== 0)
      throw new Error(`the collection file has version ${version}, this program knows ${SCHEMA_VERSION}`);
    db.exec(SCHEMA);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
}

/**
 * Runs `work` in one write transaction. IMMEDIATE takes the write lock at the start: a DEFERRED transaction that turns
 * into a writer fails with BUSY at once, whatever the timeout.
 */
export function inWriteTransaction<T>(db: Connection, work: () => T): T {
  prepared(db, 'BEGIN IMMEDIATE').run();
  try {
    const result = work();
    prepared(db, 'COMMIT').run();
    return result;
  } catch (error) {
    if (db.inTransaction) prepared(db, 'ROLLBACK').run();
    throw error;
  }
}

/** Runs `work` over one snapshot. Keep it short: a snapshot that is held lets the WAL grow. */
export function inReadTransaction<T>(db: Connection, work: () => T): T {
  prepared(db, 'BEGIN').run();
  try {
    return work();
  } finally {
    prepared(db, 'COMMIT').run();
  }
}

/** Another process holds the lock that this one waited for. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

export type Statement = Database.Statement<unknown[]>;

const statements = new WeakMap<Connection, Map<string, Statement>>();

/** The prepared statement of a fixed text; texts that differ from call to call are prepared directly. */
export function prepared(db: Connection, sql: string): Statement {
  let known = statements.get(db);
  if (!known) statements.set(db, (known = new Map()));
  let statement = known.get(sql);
  if (!statement) known.set(sql, (statement = db.prepare<unknown[]>(sql)));
  return statement;
}
