import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/clock.ts';
import type { ControlStoreHome } from './control-store-contract.ts';
import { openPostgresControlStore } from './postgres.ts';
import { openSqliteControlStore } from './sqlite.ts';

/** A SQLite control store in a temporary folder, for tests. */
export async function sqliteHome(clock: Clock = systemClock): Promise<ControlStoreHome> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-control-'));
  return {
    open: () => openSqliteControlStore({ path: join(folder, 'control.sqlite'), clock, busy: 'retry' }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A PostgreSQL server with an empty control store, for tests; the server ends with `remove`. */
export async function postgresHome(clock: Clock = systemClock): Promise<ControlStoreHome> {
  const server = await startPostgres();
  const url = new Secret(await server.createDatabase('control'));
  return { open: () => openPostgresControlStore({ url, clock }), remove: () => server.stop() };
}

/** A role that may do what the service needs and no more, as an operator makes it. */
export interface ApplicationDatabase {
  readonly server: RunningPostgres;
  /** As the role of the application, which owns the database. */
  readonly url: Secret;
  /** The same database as a superuser. */
  readonly superuserUrl: Secret;
}

/** A PostgreSQL server with an empty database that belongs to a role without special rights; stop the server in the end. */
export async function applicationDatabase(): Promise<ApplicationDatabase> {
  const server = await startPostgres();
  const superuserUrl = await server.createDatabase('control');
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query("create role application login password 'application' nosuperuser nobypassrls");
  await client.query('grant usage, create on schema public to application');
  await client.end();
  const url = new URL(superuserUrl);
  url.username = 'application';
  url.password = 'application';
  return { server, url: new Secret(url.href), superuserUrl: new Secret(superuserUrl) };
}
