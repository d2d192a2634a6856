import type { Kysely, Transaction } from 'kysely';
import type { ControlTables } from './schema.ts';

/** Where a query runs: the pool, or the transaction that the caller holds. */
export type Queryable = Kysely<ControlTables> | Transaction<ControlTables>;

export interface Ear {
  hear(payload: string): void;
  again(): void;
}

/**
 * The control store. One schema on SQLite and PostgreSQL; the few statements that differ are in `statements.ts`.
 * Transactions await nothing but SQL: on SQLite they hold the only connection.
 */
export interface ControlStore {
  readonly dialect: 'sqlite' | 'postgres';
  readonly db: Kysely<ControlTables>;
  /** Runs `work` in one transaction (BEGIN IMMEDIATE on SQLite); repeats it when the database says it lost a race. */
  transaction<T>(work: (tx: Transaction<ControlTables>) => Promise<T>): Promise<T>;
  /**
   * Hears what other processes tell on a channel, over a connection of its own that is made anew when it breaks, until the signal is
   * aborted; `again` is called whenever it is made, since what was told meanwhile is lost. Absent where processes cannot be told.
   */
  listen?(channel: string, ear: Ear, signal: AbortSignal): Promise<void>;
  /** Answers whether the store can be reached; never throws. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
