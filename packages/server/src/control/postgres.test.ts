import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { startProxy } from '../../test/harness/tcp-proxy.ts';
import { describeControlStore } from './control-store-contract.ts';
import { openPostgresControlStore } from './postgres.ts';
import { postgresHome } from './testing.ts';

describeControlStore('PostgreSQL', postgresHome);

test('G4-4 goes on after a restart of the server, with the same store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-restart-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const first = await startPostgres({ dataDir });
  const store = await openPostgresControlStore({ url: new Secret(first.url), clock: systemClock, poolSize: 3 });
  const row = { id: newId<OrganizationId>(), name: 'Acme', created_at: 1 };
  let second: Awaited<ReturnType<typeof startPostgres>> | undefined;
  try {
    let attempts = 0;
    await store.transaction(async (tx) => {
      attempts += 1;
      await tx.insertInto('organization').values(row).execute();
      if (attempts === 1) {
        await first.stop();
        second = await startPostgres({ dataDir, port: first.port });
      }
      await tx.updateTable('organization').set({ name: 'Acme & Sons' }).execute();
    });
    expect(attempts).toBe(2);
    expect(await store.db.selectFrom('organization').selectAll().execute()).toEqual([{ ...row, name: 'Acme & Sons' }]);
  } finally {
    await store.close();
    await second?.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test('G4-30 gives a connection up that does not answer, and repeats the transaction on another', async () => {
  const server = await startPostgres();
  const proxy = await startProxy(server);
  const url = new URL(server.url);
  url.port = String(proxy.port);
  const store = await openPostgresControlStore({
    url: new Secret(url.href),
    clock: systemClock,
    poolSize: 1,
    answerWithinMs: 400,
  });
  try {
    let latest = 0;
    let silent = 0;
    proxy.onServerData = (_data, connection) => {
      latest = connection;
      return connection === silent ? 'swallow' : 'pass';
    };
    /** The connection that the pool has is never answered again. */
    const silence = async () => {
      expect(await store.ping()).toBe(true);
      silent = latest;
    };
    await silence();
    await expect(store.db.selectFrom('organization').selectAll().execute()).rejects.toThrow(/terminated/);
    await silence();
    const read = store.transaction((tx) => tx.selectFrom('organization').selectAll().execute());
    expect(await read).toEqual([]);
    await silence();
    expect([await store.ping(), await store.ping()]).toEqual([false, true]);
  } finally {
    await store.close();
    await proxy.close();
    await server.stop();
  }
});

test('repeats a transaction that lost a deadlock', async () => {
  const home = await postgresHome();
  const store = await home.open();
  const [a, b] = [newId<OrganizationId>(), newId<OrganizationId>()];
  await store.db
    .insertInto('organization')
    .values([
      { id: a, name: 'a', created_at: 0 },
      { id: b, name: 'b', created_at: 0 },
    ])
    .execute();
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  const touch = (first: OrganizationId, second: OrganizationId) =>
    store.transaction(async (tx) => {
      const add = (id: OrganizationId) =>
        sql`update organization set created_at = created_at + 1 where id = ${id}`.execute(tx);
      await add(first);
      holding += 1;
      if (holding >= 2) bothHold.resolve();
      await bothHold.promise;
      await add(second);
    });
  await Promise.all([touch(a, b), touch(b, a)]);
  expect(holding).toBe(3);
  expect(await store.db.selectFrom('organization').select('created_at').execute()).toEqual([
    { created_at: 2 },
    { created_at: 2 },
  ]);
  await store.close();
  await home.remove();
});
