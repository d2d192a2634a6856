import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { errors } from '../errors.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { isConnectionLoss } from './postgres-errors.ts';
import type { TenantBorder } from './tenant-border.ts';

const RETRY = { firstMs: 20, maxMs: 1_000 };

export interface PatienceOptions {
  readonly clock: Clock;
  /** How long to try for a connection while the server restarts. */
  readonly connectWithinMs: number;
  /** How long a statement may go without an answer before its connection is given up. */
  readonly answerWithinMs: number;
  /** With row-level security: tells each connection for whom it works before it is handed out. */
  readonly border?: TenantBorder | undefined;
}

/**
 * The pool as Kysely sees it: waits for a server that restarts, and gives connections up that do not answer. Rejects with
 * `unavailable` when there is no connection in time; a statement without an answer rejects as one whose connection broke.
 */
export function patientPool(pool: pg.Pool, options: PatienceOptions): PostgresPool {
  const { clock, connectWithinMs, answerWithinMs, border } = options;
  return {
    async connect() {
      const client = await connectPatiently(pool, clock, connectWithinMs).catch((error: unknown) => {
        throw isConnectionLoss(error) ? errors.unavailable({ reason: 'the control store cannot be reached' }) : error;
      });
      try {
        if (border) await answeredInTime(client, answerWithinMs, () => border.tell(client));
      } catch (error) {
        // Fails as the first statement would have, so that a transaction is repeated.
        client.release(true);
        throw error;
      }
      return watched(client, answerWithinMs, border);
    },
    // Kysely ends the pool only after a first query; the store ends it itself.
    end: async () => undefined,
    options: pool.options,
  };
}

/** A connected client; waits for a server that restarts. Nothing has been sent yet, so trying again is always safe. */
export async function connectPatiently(pool: pg.Pool, clock: Clock, withinMs: number): Promise<pg.PoolClient> {
  const deadline = clock.now() + withinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await pool.connect();
    } catch (error) {
      if (pool.ending || !isConnectionLoss(error) || clock.now() >= deadline) throw error;
      await clock.sleep(backoffMs(attempt, RETRY));
    }
  }
}

/**
 * Runs statements of one client. A server that vanished without a word (its host, the network between) leaves a connection
 * that never answers and does not fail for a quarter of an hour either. Ending the client closes the socket, so what waits
 * on it fails as after a lost connection.
 */
export async function answeredInTime<T>(client: pg.ClientBase, withinMs: number, work: () => Promise<T>): Promise<T> {
  // A timer of the machine, whatever clock the rest goes by: it watches a wire.
  const timer = setTimeout(() => void (client as pg.Client).end().catch(() => undefined), withinMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

function watched(client: pg.PoolClient, withinMs: number, border: TenantBorder | undefined): PostgresPoolClient {
  const query = async (text: string, values: readonly unknown[]) => {
    try {
      return await answeredInTime(client, withinMs, () => client.query(text, [...values]));
    } catch (error) {
      border?.forget(client);
      throw error;
    }
  };
  // Kysely would pass a cursor only to stream, which the control store does not do.
  return { query: query as unknown as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
}
