import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { systemClock } from '../lib/clock.ts';
import { openVault } from './open-vault.ts';
import { describeVault, retireVaultKeys, rotateVault } from './rotation.ts';
import { sealedTables, type SealedTable } from './sealed-places.ts';
import { storeEverywhere, type SealedRows } from './testing/sealed-rows.ts';
import type { SealContext } from './vault.ts';

const canary = `canary-${randomBytes(12).toString('hex')}`;
const unreadable = expect.objectContaining({ code: 'credential_unreadable' });

/** Finds all tables that have the column, as the database itself tells. */
async function tablesWithCiphertext({ db, dialect }: ControlStore): Promise<readonly string[]> {
  const query =
    dialect === 'postgres'
      ? sql<{ name: string }>`select table_name as name from information_schema.columns
          where column_name = 'ciphertext' and table_schema = current_schema()`
      : sql<{ name: string }>`select m.name as name from sqlite_master m, pragma_table_info(m.name) c
          where m.type = 'table' and c.name = 'ciphertext'`;
  return (await query.execute(db)).rows.map(({ name }) => name);
}

/** The file of a SQLite control store with its log, byte for byte; nothing for a database elsewhere. */
async function bytesOfFiles({ db, dialect }: ControlStore): Promise<readonly string[]> {
  if (dialect === 'postgres') return [];
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(db);
  const path = rows[0]?.file ?? '';
  const parts = await Promise.all([path, `${path}-wal`].map((name) => readFile(name, 'latin1').catch(() => '')));
  return [parts.join('')];
}

/** What every control store must keep of a sealed value: nothing to be seen, nothing to be moved, and new keys while it is used. */
export function describeSealedValues(name: string, make: () => Promise<ControlStoreHome>): void {
  describe(`sealed values on ${name}`, () => {
    let home: ControlStoreHome;
    let control: ControlStore;
    let dataDir: string;

    beforeAll(async () => {
      home = await make();
      control = await home.open();
    });
    afterAll(async () => {
      await control.close();
      await home.remove();
    });
    beforeEach(async () => {
      for (const table of sealedTables) await sql`delete from ${sql.table(table)}`.execute(control.db);
      const folder = await mkdtemp(join(tmpdir(), 'tributary-sealed-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      dataDir = folder;
    });

    const vault = () => openVault({ dataDir, control });
    const rowOf = async (table: SealedTable, { organizationId }: SealContext) =>
      control.db
        .selectFrom(table as 'organization_key')
        .select(['key_id', 'wrapped_key', 'ciphertext'])
        .where('organization_id', '=', organizationId)
        .executeTakeFirstOrThrow();
    const openAll = async (rows: SealedRows): Promise<readonly unknown[]> => {
      const opened = await vault();
      return Promise.all(sealedTables.map(async (table) => opened.open(await rowOf(table, rows[table]), rows[table])));
    };
    const all = sealedTables.map(() => ({ secret: canary }));

    it('F1-2 are in the list of sealed places, every table of them', async () => {
      expect([...(await tablesWithCiphertext(control))].toSorted()).toEqual([...sealedTables].toSorted());
    });

    it('F1-1 show nothing of what they hold in a dump of the database', async () => {
      const rows = await storeEverywhere(control, await vault(), canary);
      expect(await openAll(rows)).toEqual(all);
      const names =
        control.dialect === 'postgres'
          ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
          : sql<{ name: string }>`select name from sqlite_master where type = 'table'`;
      const tables = (await names.execute(control.db)).rows;
      const dump = [];
      for (const { name: table } of tables)
        dump.push(...(await sql`select * from ${sql.table(table)}`.execute(control.db)).rows);
      expect(dump.length).toBeGreaterThan(sealedTables.length);
      const texts = [JSON.stringify(dump), ...(await bytesOfFiles(control))];
      expect(texts.every((text) => text.includes(rows.credential.row))).toBe(true);
      for (const spelled of [canary, Buffer.from(canary).toString('base64'), Buffer.from(canary).toString('hex')])
        for (const text of texts) expect(text.includes(spelled)).toBe(false);
    });

    it('F1-1 cannot be moved to another row, organization or column', async () => {
      const opened = await vault();
      const ours = await storeEverywhere(control, opened, canary);
      const theirs = await storeEverywhere(control, opened, 'theirs');
      for (const table of sealedTables) {
        const { key_id, wrapped_key, ciphertext } = await rowOf(table, ours[table]);
        for (const [column, target] of [...Object.entries(ours), ...Object.entries(theirs)] as [
          SealedTable,
          SealContext,
        ][]) {
          if (target === ours[table]) continue;
          const before = await rowOf(column, target);
          const put = (value: object) =>
            control.db
              .updateTable(column as 'organization_key')
              .set(value)
              .where('organization_id', '=', target.organizationId)
              .execute();
          await put({ key_id, wrapped_key, ciphertext });
          const moved = await rowOf(column, target);
          expect(() => opened.open(moved, target), `${table} to ${column}`).toThrow(unreadable);
          await put({ ciphertext: before.ciphertext });
          const half = await rowOf(column, target);
          expect(() => opened.open(half, target), `key of ${table} to ${column}`).toThrow(unreadable);
          await put(before);
        }
      }
    });

    it('F1-2 open in processes that know the old key only, after another one has added a key and wrapped everything by it', async () => {
      const running = await vault();
      const rows = await storeEverywhere(control, running, canary);
      const first = running.currentKeyId;
      const path = join(dataDir, 'vault.key');
      const done = await rotateVault({ dataDir, control });
      expect(done).toMatchObject({ rewrapped: sealedTables.length, unreadable: [] });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      for (const table of sealedTables) {
        const row = await rowOf(table, rows[table]);
        expect(row.key_id).toBe(done.added);
        expect(running.open(row, rows[table])).toEqual({ secret: canary });
      }
      expect(running.seal({}, rows.credential).key_id).toBe(done.added);
      expect(done.added).not.toBe(first);
      // Nothing was lost when the old key goes.
      const clock = { ...systemClock, sleep: async () => undefined };
      expect(await retireVaultKeys({ dataDir, control, clock })).toEqual({ removed: [first], idleInEnvironment: [] });
      expect(await readFile(path, 'utf8')).toMatch(/^# Tributary vault key[^\n]*\n[\w+/]{43}=\n$/);
      expect(await openAll(rows)).toEqual(all);
    });

    it('F1-2 keep their key as long as one value is sealed by it', async () => {
      const old = await vault();
      const rows = await storeEverywhere(control, old, canary);
      const late = await rowOf('auth_provider', rows.auth_provider);
      await rotateVault({ dataDir, control });
      await control.db.updateTable('auth_provider').set(late).execute();
      const waits: number[] = [];
      const clock = { ...systemClock, sleep: async () => undefined };
      const retire = () => retireVaultKeys({ dataDir, control, clock, onWait: (ms) => waits.push(ms) });
      await expect(retire()).rejects.toMatchObject({
        code: 'vault_key_in_use',
        details: { keys: [late.key_id], values: 1 },
      });
      expect(waits).toEqual([expect.toSatisfy((ms: number) => ms > 0 && ms <= 60_000)]);
      expect(await openAll(rows)).toEqual(all);
      // The next rotation finishes the last one, and adds no key.
      expect(await rotateVault({ dataDir, control })).toMatchObject({ added: undefined, rewrapped: 1 });
      expect((await retire()).removed).toEqual([late.key_id]);
      expect(await openAll(rows)).toEqual(all);
    });

    it('F1-2 are counted by key and table', async () => {
      const rows = await storeEverywhere(control, await vault(), canary);
      const late = await rowOf('oauth_client', rows.oauth_client);
      const { added } = await rotateVault({ dataDir, control });
      await control.db.updateTable('oauth_client').set(late).execute();
      await control.db.updateTable('auth_provider').set({ key_id: 'gone' }).execute();
      const use = (table: SealedTable, keyId: string | undefined) => ({ table, keyId, values: 1 });
      expect(await describeVault({ dataDir, control })).toEqual([
        { id: 'gone', source: 'lost', current: false, uses: [use('auth_provider', 'gone')] },
        { id: late.key_id, source: 'file', current: false, uses: [use('oauth_client', late.key_id)] },
        {
          id: added,
          source: 'file',
          current: true,
          uses: sealedTables
            .filter((table) => table !== 'auth_provider' && table !== 'oauth_client')
            .map((table) => use(table, added)),
        },
      ]);
    });

    it('refuse a rotation over a key file that others can read', async () => {
      await storeEverywhere(control, await vault(), canary);
      await chmod(join(dataDir, 'vault.key'), 0o644);
      await expect(rotateVault({ dataDir, control })).rejects.toThrow('can be read by others');
    });
  });
}
