import Database from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { errors } from '../errors.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { Turns } from './turns.ts';

/**
 * How to wait when another process holds the write lock: `retry` gives the event loop back between attempts, for threads
 * that answer requests; `block` lets SQLite wait, for worker processes.
 */
export type BusyMode = 'retry' | 'block';

const WAIT_MS = 5_000;
const STATEMENTS_KEPT = 500;
const RETRY = { firstMs: 1, maxMs: 50 };

type Statement = Database.Statement<unknown[]>;

/** One handle and the statements that were prepared on it. */
export class SqliteHandle {
  readonly database: Database.Database;
  readonly #statements = new Map<string, Statement>();

  constructor(path: string, busy: BusyMode) {
    // Opening may wait: switching to WAL needs the lock for a moment, and nothing is served yet.
    this.database = new Database(path, { timeout: WAIT_MS });
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    this.database.pragma('foreign_keys = ON');
    this.database.pragma('journal_size_limit = 67108864');
    this.database.pragma(`busy_timeout = ${busy === 'block' ? WAIT_MS : 0}`);
  }

  prepare(sql: string): Statement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.database.prepare<unknown[]>(sql);
    if (this.#statements.size >= STATEMENTS_KEPT) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** What all connections of one store share: a handle for reading, one for writing, and the turn at writing. */
export class SqliteHandles {
  readonly reader: SqliteHandle;
  readonly writer: SqliteHandle;
  readonly clock: Clock;
  readonly #turns: Turns;

  constructor(path: string, clock: Clock, busy: BusyMode) {
    this.writer = new SqliteHandle(path, busy);
    this.reader = new SqliteHandle(path, busy);
    this.reader.database.pragma('query_only = ON');
    this.clock = clock;
    this.#turns = new Turns({ clock, patienceMs: 2 * WAIT_MS });
  }

  /** Waits for the turn at writing; the answer gives it back, and must be called once. */
  takeWriter(): Promise<() => void> {
    return this.#turns.take();
  }

  /** Runs `work` again, with pauses, while another process holds the lock; gives up after some five seconds. */
  async untilFree<T>(work: () => T): Promise<T> {
    const deadline = this.clock.now() + WAIT_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return work();
      } catch (error) {
        if (isFull(error)) throw errors.unavailable({ reason: 'the disk of the control store is full' });
        if (!isBusy(error)) throw error;
        if (this.clock.now() >= deadline) throw errors.unavailable({ reason: 'the control store is busy' });
        await this.clock.sleep(backoffMs(attempt, RETRY));
      }
    }
  }

  close(): void {
    this.#turns.close();
    this.reader.database.close();
    this.writer.database.close();
  }
}

/**
 * What Kysely calls a connection. Outside a transaction reads run on the reading handle at once, and a write takes the
 * turn for itself; inside one everything runs on the writing handle.
 */
export class SqliteConnection implements DatabaseConnection {
  readonly #handles: SqliteHandles;
  #giveBack: (() => void) | undefined;

  constructor(handles: SqliteHandles) {
    this.#handles = handles;
  }

  async begin(): Promise<void> {
    const giveBack = await this.#handles.takeWriter();
    try {
      await this.#handles.untilFree(() => this.#handles.writer.prepare('begin immediate').run());
    } catch (error) {
      giveBack();
      throw error;
    }
    this.#giveBack = giveBack;
  }

  async end(command: 'commit' | 'rollback'): Promise<void> {
    const { writer } = this.#handles;
    // SQLite itself rolls back after some failures (disk full); a second rollback would hide the first error.
    if (command === 'commit') await this.#handles.untilFree(() => writer.prepare('commit').run());
    else if (writer.database.inTransaction) writer.prepare('rollback').run();
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { reader, writer } = this.#handles;
    if (this.#giveBack) return this.#handles.untilFree(() => execute<R>(writer, query));
    const reads = await this.#handles.untilFree(() => reader.prepare(query.sql).readonly);
    if (reads) return this.#handles.untilFree(() => execute<R>(reader, query));
    const giveBack = await this.#handles.takeWriter();
    try {
      return await this.#handles.untilFree(() => execute<R>(writer, query));
    } finally {
      giveBack();
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    // An open cursor keeps its snapshot, and the WAL grows behind it.
    throw new Error('invariant broken: the control store is listed in pages, not streamed');
  }
}

function execute<R>(handle: SqliteHandle, query: CompiledQuery): QueryResult<R> {
  const statement = handle.prepare(query.sql);
  const parameters = query.parameters.map(bindable);
  if (statement.reader) {
    const rows = statement.all(parameters) as R[];
    return { rows, numAffectedRows: BigInt(rows.length) };
  }
  const { changes, lastInsertRowid } = statement.run(parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** `better-sqlite3` binds numbers as REAL; whole ones must arrive as integers. */
function bindable(value: unknown): unknown {
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

/** Nothing was written: SQLite undoes what does not fit. Reads go on. */
function isFull(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_FULL';
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}
