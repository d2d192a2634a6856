import { expect, test, describe, beforeAll, afterAll, beforeEach, afterEach } from 'vitest';
import { sql } from 'kysely';
import { newId } from '../lib/ids.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { ControlStore } from './database.ts';

/** A database of one backend for one test file; `open` may be called again for a second process's view of it. */
export interface ControlStoreHome {
  open(): Promise<ControlStore>;
  remove(): Promise<void>;
}

/** What every control store must do; each backend's test file runs it. */
export function describeControlStore(name: string, make: () => Promise<ControlStoreHome>): void {
  describe(`control store on ${name}`, () => {
    let home: ControlStoreHome;
    let store: ControlStore;
    let other: ControlStore;

    beforeAll(async () => {
      home = await make();
    });
    afterAll(async () => {
      await home.remove();
    });
    beforeEach(async () => {
      store = await home.open();
      other = await home.open();
    });
    afterEach(async () => {
      await store.close();
      await other.close();
    });

    const organization = (id = newId<OrganizationId>()) => ({ id, name: 'Acme', created_at: 1_760_000_000_123 });

    test('gives times beyond 32 bits back as the numbers that were stored', async () => {
      const row = organization();
      await store.db.insertInto('organization').values(row).execute();
      expect(await other.db.selectFrom('organization').selectAll().where('id', '=', row.id).execute()).toEqual([row]);
    });

    test('counts and sums are numbers', async () => {
      const row = await store.db
        .selectFrom('organization')
        .select([sql<number>`count(*)`.as('n'), sql<number>`coalesce(sum(created_at), 0)`.as('total')])
        .executeTakeFirstOrThrow();
      expect([typeof row.n, typeof row.total]).toEqual(['number', 'number']);
    });

    test('keeps nothing of a transaction that throws', async () => {
      const row = organization();
      const failing = store.transaction(async (tx) => {
        await tx.insertInto('organization').values(row).execute();
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await find(store, row.id)).toBeUndefined();
    });

    test('shows a transaction to others only once it is committed', async () => {
      const row = organization();
      const seen: unknown[] = [];
      await store.transaction(async (tx) => {
        await tx.insertInto('organization').values(row).execute();
        seen.push(await find(store, row.id), await find(other, row.id));
      });
      expect(seen).toEqual([undefined, undefined]);
      expect(await find(other, row.id)).toEqual(row);
    });

    test('loses no increment of ten transactions at once on two stores', async () => {
      const row = { ...organization(), created_at: 0 };
      await store.db.insertInto('organization').values(row).execute();
      const increment = (on: ControlStore) =>
        on.transaction(async (tx) => {
          await tx
            .updateTable('organization')
            .set((eb) => ({ created_at: eb('created_at', '+', 1) }))
            .where('id', '=', row.id)
            .execute();
        });
      await Promise.all(Array.from({ length: 10 }, (_, i) => increment(i % 2 === 0 ? store : other)));
      expect(await find(store, row.id)).toMatchObject({ created_at: 10 });
    });

    test('refuses a row that refers to nothing', async () => {
      const orphan = { id: newId<never>(), organization_id: newId<OrganizationId>(), name: 'x', created_at: 1 };
      await expect(store.db.insertInto('project').values(orphan).execute()).rejects.toThrow(/foreign key/i);
    });

    test('answers a ping, and says no after it was closed', async () => {
      const third = await home.open();
      expect(await third.ping()).toBe(true);
      await third.close();
      expect(await third.ping()).toBe(false);
    });

    test('opening an up-to-date database again changes nothing', async () => {
      const applied = await sql<{ name: string }>`select name from schema_migration order by name`.execute(store.db);
      expect(applied.rows[0]).toEqual({ name: '001' });
      expect(new Set(applied.rows.map((row) => row.name)).size).toBe(applied.rows.length);
    });
  });
}

function find(store: ControlStore, id: OrganizationId) {
  return store.db.selectFrom('organization').selectAll().where('id', '=', id).executeTakeFirst();
}
