import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
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
