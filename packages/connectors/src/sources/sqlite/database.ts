import Database from 'better-sqlite3';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { SqliteConfig } from './config.ts';

export type Context = ConnectorContext<SqliteConfig>;
export type Connection = Database.Database;

const BUSY_MS = 5_000;

/** What SQLite's result codes (https://www.sqlite.org/rescode.html) mean to the person who set the connection up. */
function asConnectorError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new ConnectorError('unavailable', `${path} is locked by another program.`, { cause: error });
  }
  if (code === 'SQLITE_NOTADB') {
    return new ConnectorError('configuration', `${path} is not a SQLite database, or it is encrypted.`, {
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new ConnectorError('invalid_answer', `${path} is damaged (${code}); check it with PRAGMA integrity_check.`, {
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    const why = 'a database in WAL mode needs its -shm file, or the right to make it';
    return new ConnectorError('configuration', `${path} cannot be opened for reading (${code}); ${why}.`, {
      cause: error,
    });
  }
  return new ConnectorError('unavailable', `${path} cannot be read (${code}).`, { cause: error });
}

/** Runs SQLite code and gives its errors words. Throws `ConnectorError`. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asConnectorError(error, path);
  }
}

/**
 * Opens the database read-only. The file is not trusted: its triggers, views and defaults may call no function that has
 * side effects, and pages are checked before they are used (https://www.sqlite.org/security.html).
 * Throws `ConnectorError`: `refused` (outside the roots, link), `configuration`, `unavailable`.
 */
export async function openDatabase(ctx: Context): Promise<Connection> {
  const { path } = ctx.config;
  const before = await ctx.files.identity(path);
  const file = await ctx.files.resolve(path);
  const db = guarded(path, () => {
    const opened = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    try {
      opened.defaultSafeIntegers(true);
      for (const pragma of ['query_only = ON', 'trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0']) {
        opened.pragma(pragma);
      }
      opened.pragma('schema_version');
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  });
  if ((await ctx.files.identity(path)) === before) return db;
  db.close();
  throw new ConnectorError('refused', `${path} was swapped while it was opened.`);
}
