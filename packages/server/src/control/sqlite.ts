import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import { assert } from '../lib/asserts.ts';
import type { Clock } from '../lib/clock.ts';
import type { ControlStore } from './database.ts';
import type { MigrationTarget } from './migrations.ts';
import { migrate } from './migrations.ts';
import type { ControlTables } from './schema.ts';
import type { BusyMode } from './sqlite-connection.ts';
import { SqliteConnection, SqliteHandles } from './sqlite-connection.ts';

export interface SqliteControlStoreOptions {
  /** The database file; its folder is made when missing. */
  readonly path: string;
  readonly clock: Clock;
  /** `retry` in the service, whose thread must never block; `block` in worker processes. */
  readonly busy: BusyMode;
  /** `apply` brings the schema up to date; `verify` refuses one that is not. Default `apply`. */
  readonly migrations?: 'apply' | 'verify';
}

/** Opens the control store in a SQLite file. Throws `schema_mismatch` when the schema is not the one of this version. */
export async function openSqliteControlStore(options: SqliteControlStoreOptions): Promise<ControlStore> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  const handles = new SqliteHandles(options.path, options.clock, options.busy);
  try {
    chmodSync(options.path, 0o600);
    await migrate(migrationTarget(handles, options.clock), options.migrations ?? 'apply');
  } catch (error) {
    handles.close();
    throw error;
  }
  const db = new Kysely<ControlTables>({ dialect: dialect(handles) });
  return {
    dialect: 'sqlite',
    db,
    transaction: (work) => db.transaction().execute(work),
    async ping() {
      try {
        return handles.reader.prepare('select 1').get() !== undefined;
      } catch {
        return false;
      }
    },
    async close() {
      await db.destroy();
      handles.close();
    },
  };
}

class ManyConnectionsAdapter extends SqliteAdapter {
  // Kysely would queue reads behind writes; our connections share two handles and queue writes only.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function dialect(handles: SqliteHandles): Dialect {
  return {
    createAdapter: () => new ManyConnectionsAdapter(),
    createDriver: () => new SqliteControlDriver(handles),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqliteControlDriver implements Driver {
  readonly #handles: SqliteHandles;

  constructor(handles: SqliteHandles) {
    this.#handles = handles;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this.#handles);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).end('commit');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await ours(connection).end('rollback');
  }

  async releaseConnection(): Promise<void> {}

  // Kysely calls this only after a first query; the store closes the handles itself.
  async destroy(): Promise<void> {}
}

function ours(connection: DatabaseConnection): SqliteConnection {
  assert(connection instanceof SqliteConnection, 'a connection of another driver');
  return connection;
}

function migrationTarget(handles: SqliteHandles, clock: Clock): MigrationTarget {
  const { database } = handles.writer;
  return {
    dialect: 'sqlite',
    clock,
    async locked(work) {
      await handles.untilFree(() => database.exec('begin immediate'));
      try {
        const result = await work({
          run: async (script) => void database.exec(script),
          rows: async (sql) => database.prepare<unknown[], Record<string, string>>(sql).all(),
          insert: async (sql, values) => void database.prepare(sql).run(values),
        });
        database.exec('commit');
        return result;
      } catch (error) {
        if (database.inTransaction) database.exec('rollback');
        throw error;
      }
    },
  };
}
