import type { Kysely, Transaction } from 'kysely';
import type { ControlTables } from './schema.ts';

/** Where a query runs: the pool, or the transaction that the caller holds. */
export type Queryable = Kysely<ControlTables> | Transaction<ControlTables>;

/**
 * The control store. One schema on SQLite and PostgreSQL; the few statements that differ are in `statements.ts`.
 * Transactions await nothing but SQL: on SQLite they hold the only connection.
 */
export interface ControlStore {
  readonly dialect: 'sqlite' | 'postgres';
  readonly db: Kysely<ControlTables>;
  /** Runs `work` in one transaction (BEGIN IMMEDIATE on SQLite); repeats it when the database says it lost a race. */
  transaction<T>(work: (tx: Transaction<ControlTables>) => Promise<T>): Promise<T>;
  /** Answers whether the store can be reached; never throws. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
