import { join } from 'node:path';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { Clock } from '../lib/clock.ts';
import type { ControlStore } from './database.ts';
import { openPostgresControlStore } from './postgres.ts';
import type { BusyMode } from './sqlite-connection.ts';
import { openSqliteControlStore } from './sqlite.ts';

export interface ControlStoreOptions {
  /** `postgres://…`; without it a SQLite file in the data directory. */
  readonly databaseUrl: Secret | undefined;
  readonly dataDir: string;
  readonly clock: Clock;
  /** `retry` where requests are answered, `block` in worker processes; matters to SQLite only. */
  readonly busy: BusyMode;
  /** The service applies migrations; workers verify that they are there. */
  readonly migrations: 'apply' | 'verify';
  /** Row-level security in PostgreSQL. Every process of a database has the same setting. */
  readonly rowSecurity?: boolean;
  /** Connections to PostgreSQL at most. */
  readonly poolSize?: number;
}

/** Opens the control store that the configuration names. */
export function openControlStore(options: ControlStoreOptions): Promise<ControlStore> {
  const { databaseUrl, dataDir, ...rest } = options;
  if (databaseUrl === undefined) return openSqliteControlStore({ ...rest, path: join(dataDir, 'control.sqlite') });
  return openPostgresControlStore({ ...rest, url: databaseUrl });
}
