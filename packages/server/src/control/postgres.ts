import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Secret } from '@tributary/connectors/kit/secret';
import { errors } from '../errors.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { ControlStore } from './database.ts';
import type { MigrationSession, MigrationTarget } from './migrations.ts';
import { migrate } from './migrations.ts';
import { listenOn } from './postgres-listener.ts';
import { answeredInTime, connectPatiently, patientPool } from './patient-pool.ts';
import { isConnectionLoss, isLostRace, isMissingRight } from './postgres-errors.ts';
import { alignRowSecurity, missingRight, refuseUnfitRole, verifyRowSecurity } from './row-security.ts';
import type { ControlTables } from './schema.ts';
import { createTenantBorder } from './tenant-border.ts';

export interface PostgresControlStoreOptions {
  /** `postgres://user:password@host/database` */
  readonly url: Secret;
  readonly clock: Clock;
  /** Connections at most; default 10. */
  readonly poolSize?: number;
  /** `apply` brings the schema up to date; `verify` refuses one that is not. Default `apply`. */
  readonly migrations?: 'apply' | 'verify';
  /** Policies keep the rows of organizations apart, and connections are told whose they may see; default `false`. */
  readonly rowSecurity?: boolean;
  /** How long to try for a connection while the server restarts; default 10 s. */
  readonly connectWithinMs?: number;
  /** How long a statement may go without an answer before its connection is given up; default 8 s. */
  readonly answerWithinMs?: number;
}

const RETRY = { firstMs: 20, maxMs: 1_000 };
const CONNECT_WITHIN_MS = 10_000;
/** None of ours takes a second; so a store that is back is worked with again within ten. */
const ANSWER_WITHIN_MS = 8_000;
/** Whoever asks whether the store can be reached asks again soon. */
const PING_WITHIN_MS = 2_000;
/** Transactions wait for nothing but SQL: one that stands still lost its process, and its locks must not outlive a lease. */
const setIdleTimeout = 'set idle_in_transaction_session_timeout = 5000';
const ATTEMPTS = 8;
/** Any number serves, as long as every process takes the same. */
const MIGRATION_LOCK = 7_421_905_113;
const INT8 = 20;
const NUMERIC = 1700;

/**
 * Opens the control store in PostgreSQL. Connections that a restart of the server cut are replaced; a transaction that
 * lost a race or its connection before COMMIT was sent is repeated. Throws `schema_mismatch` for a foreign schema,
 * and ConfigError for a role that row-level security, when it is wanted, does not hold for.
 */
export async function openPostgresControlStore(options: PostgresControlStoreOptions): Promise<ControlStore> {
  const patience = {
    clock: options.clock,
    connectWithinMs: options.connectWithinMs ?? CONNECT_WITHIN_MS,
    answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
    border: options.rowSecurity === true ? createTenantBorder() : undefined,
  };
  const pool = openPool(options, patience.answerWithinMs);
  try {
    await prepare(pool, options);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = new Kysely<ControlTables>({ dialect: new PostgresDialect({ pool: patientPool(pool, patience) }) });
  return {
    dialect: 'postgres',
    db,
    transaction: (work) =>
      repeatLostRaces(options.clock, (done) =>
        db.transaction().execute(async (tx) => {
          const result = await work(tx);
          done();
          return result;
        }),
      ),
    listen: (channel, ear, signal) =>
      listenOn({ clock: options.clock, connect: () => openListener(options), channel, ear }, signal),
    async ping() {
      try {
        const client = await pool.connect();
        try {
          await answeredInTime(client, PING_WITHIN_MS, () => client.query('select 1'));
        } finally {
          client.release();
        }
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      await db.destroy();
      if (!pool.ending) await pool.end();
    },
  };
}

/** Brings the schema and its policies to where they are wanted, or refuses them as they are; in one transaction. */
async function prepare(
  pool: pg.Pool,
  { clock, migrations = 'apply', rowSecurity = false }: PostgresControlStoreOptions,
): Promise<void> {
  const target = migrationTarget(pool, clock);
  const align = migrations === 'apply' ? alignRowSecurity : verifyRowSecurity;
  const locked: MigrationTarget['locked'] = (work) =>
    target.locked(async (session) => {
      if (rowSecurity) await refuseUnfitRole(session);
      const done = await work(session);
      await align(session, rowSecurity);
      return done;
    });
  try {
    await migrate({ ...target, locked }, migrations);
  } catch (error) {
    throw rowSecurity && isMissingRight(error) ? missingRight(error) : error;
  }
}

/** Repeats `run` when it lost a race, or its connection before it called `done` (then COMMIT may have been sent). */
async function repeatLostRaces<T>(clock: Clock, run: (done: () => void) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    let committing = false;
    try {
      return await run(() => (committing = true));
    } catch (error) {
      const lost = isConnectionLoss(error);
      const again = isLostRace(error) || (lost && !committing);
      if (!again || attempt >= ATTEMPTS)
        throw lost ? errors.unavailable({ reason: 'the connection to the control store broke' }) : error;
      await clock.sleep(backoffMs(attempt, RETRY));
    }
  }
}

function openPool(options: PostgresControlStoreOptions, answerWithinMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url.reveal(),
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'tributary',
    // The pool waits for what this gives. A statement of its own: poolers refuse start-up parameters that they do not know.
    onConnect: (client): unknown => answeredInTime(client, answerWithinMs, () => client.query(setIdleTimeout)),
    types: { getTypeParser: typeParser },
  });
  // A client that fails while idle leaves the pool by itself; without a listener the process would end.
  pool.on('error', () => undefined);
  // One that fails while a transaction holds it fails the next statement, which is where it is handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Outside the pool, which it would hold a connection of for good. */
function openListener({ url }: PostgresControlStoreOptions): pg.Client {
  return new pg.Client({
    connectionString: url.reveal(),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'tributary listener',
  });
}

/** Counts, milliseconds and sums come as numbers: all of ours are below 2^53. */
const typeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 || oid === NUMERIC) return Number;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}) as typeof pg.types.getTypeParser;

function migrationTarget(pool: pg.Pool, clock: Clock): MigrationTarget {
  return {
    dialect: 'postgres',
    clock,
    async locked(work) {
      const client = await connectPatiently(pool, clock, CONNECT_WITHIN_MS);
      try {
        await client.query('begin');
        await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
        // Scripts see every row, also where policies are up already.
        await client.query("select set_config('tributary.everyone', 'on', true)");
        const result = await work(session(client));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

function session(client: pg.PoolClient): MigrationSession {
  return {
    run: async (script) => void (await client.query(script)),
    rows: async (sql) => (await client.query<Record<string, string>>(sql)).rows,
    insert: async (sql, values) => void (await client.query(sql, [...values])),
  };
}
