import { Secret } from '@tributary/connectors/kit/secret';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { asId, type OrganizationId } from '../lib/ids.ts';
import type { ControlStore } from './database.ts';
import { openPostgresControlStore, type PostgresControlStoreOptions } from './postgres.ts';
import { runAs, runForEveryone, runForNobody } from './tenant-scope.ts';
import { applicationDatabase, type ApplicationDatabase } from './testing.ts';

const a = asId<OrganizationId>('organization-a');
const b = asId<OrganizationId>('organization-b');

interface TenantTable {
  readonly name: string;
  readonly column: string;
}

let database: ApplicationDatabase;
/** A superuser, whom no policy holds for. */
let superuser: pg.Client;
let store: ControlStore;
let tables: readonly TenantTable[];

const open = (options: Partial<PostgresControlStoreOptions> = {}): Promise<ControlStore> =>
  openPostgresControlStore({ url: database.url, clock: systemClock, rowSecurity: true, poolSize: 1, ...options });

beforeAll(async () => {
  database = await applicationDatabase();
  superuser = new pg.Client({ connectionString: database.superuserUrl.reveal() });
  await superuser.connect();
  store = await open();
  tables = await listTenantTables();
  await fillTables();
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await store.close();
  await superuser.end();
  await database.server.stop();
});

/** From the catalogue, so that a new table is looked at without a word here. */
async function listTenantTables(): Promise<readonly TenantTable[]> {
  const { rows } = await superuser.query<TenantTable>(`
    select table_name as name, column_name as column from information_schema.columns
    where table_schema = 'public' and (column_name = 'organization_id' or (table_name = 'organization' and column_name = 'id'))
    order by 1`);
  return rows;
}

/** A row of each organization in every table. What a row means does not matter to a policy, so nothing checks it. */
async function fillTables(): Promise<void> {
  await superuser.query('set session_replication_role = replica');
  const { rows: checks } = await superuser.query<{ command: string }>(`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as command
    from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace`);
  for (const { command } of checks) await superuser.query(command);
  for (const { name, column } of tables) {
    const { rows: columns } = await superuser.query<{ column_name: string; data_type: string }>(
      `select column_name, data_type from information_schema.columns
       where table_schema = 'public' and table_name = $1 and is_nullable = 'NO'`,
      [name],
    );
    for (const [number, organizationId] of [a, b].entries()) {
      const values = columns.map((one) => {
        if (one.column_name === column) return organizationId;
        return one.data_type === 'text' ? `${one.column_name} ${number}` : number;
      });
      const names = columns.map((one) => one.column_name).join(', ');
      const places = columns.map((_, place) => `$${place + 1}`).join(', ');
      await superuser.query(`insert into ${name} (${names}) values (${places})`, values);
    }
  }
  await superuser.query('set session_replication_role = origin');
}

const run = async (text: string, on: ControlStore = store) => {
  const { rows, numAffectedRows } = await sql.raw<Record<string, unknown>>(text).execute(on.db);
  return { rows, changed: Number(numAffectedRows ?? 0n) };
};
const owners = async ({ name, column }: TenantTable, on?: ControlStore) =>
  (await run(`select ${column} as owner from ${name} order by 1`, on)).rows.map(({ owner }) => owner);
const project = { name: 'project', column: 'organization_id' };

describe('F1-11 row-level security', () => {
  it('is enabled and forced on every table of organizations', async () => {
    const { rows } = await superuser.query<{ relname: string }>(`
      select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        and relrowsecurity and relforcerowsecurity order by 1`);
    expect(tables.length).toBeGreaterThan(15);
    expect(rows.map((row) => row.relname)).toEqual(tables.map(({ name }) => name));
  });

  it('shows an organization its own rows, and whoever works for everyone all of them', async () => {
    for (const table of tables) {
      expect([table.name, await runAs(a, () => owners(table))]).toEqual([table.name, [a]]);
      expect([table.name, await runAs(b, () => owners(table))]).toEqual([table.name, [b]]);
      expect([table.name, await runForEveryone(() => owners(table))]).toEqual([table.name, [a, b]]);
    }
  });

  it('shows nothing to code that does not say for whom it works, nor to a connection that was told nothing', async () => {
    const bare = new pg.Client({ connectionString: database.url.reveal() });
    await bare.connect();
    for (const table of tables) {
      expect([table.name, await owners(table)]).toEqual([table.name, []]);
      expect([table.name, await runAs(a, () => runForNobody(() => owners(table)))]).toEqual([table.name, []]);
      expect([table.name, (await bare.query(`select 1 from ${table.name}`)).rows]).toEqual([table.name, []]);
    }
    await bare.end();
    const dump = new pg.Client({ connectionString: database.url.reveal(), options: '-c tributary.everyone=on' });
    await dump.connect();
    expect((await dump.query('select 1 from project')).rows).toHaveLength(2);
    await expect(dump.query('set row_security = off; select 1 from project')).rejects.toThrow('would be affected');
    await dump.end();
  });

  it('lets an organization change and delete nothing of another, and write nothing for it', async () => {
    for (const { name, column } of tables) {
      const asB = (text: string) => runAs(b, () => run(text));
      const changed = await asB(`update ${name} set ${column} = ${column} where ${column} = '${a}'`);
      const deleted = await asB(`delete from ${name} where ${column} = '${a}'`);
      expect([name, changed.changed, deleted.changed]).toEqual([name, 0, 0]);
      const insert = asB(`insert into ${name} (${column}) values ('${a}')`);
      await expect(insert, name).rejects.toMatchObject({ code: '42501', message: /row-level security/ });
      const give = asB(`update ${name} set ${column} = '${a}'`);
      await expect(give, name).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('F1-11 a connection that organizations share', () => {
  const tells = () => {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    return () => query.mock.calls.filter(([text]) => /set_config\('tributary.organization'/.test(String(text))).length;
  };

  it('is told once for a run of one organization', async () => {
    await runAs(a, () => owners(project));
    const told = tells();
    for (let time = 0; time < 5; time += 1) await runAs(a, () => owners(project));
    await runAs(a, () => store.transaction((tx) => tx.selectFrom('project').selectAll().execute()));
    expect(told()).toBe(0);
    await runAs(b, () => owners(project));
    expect(told()).toBe(1);
  });

  it('keeps a transaction with whom it was begun for', async () => {
    const seen = await runAs(a, () =>
      store.transaction((tx) => runForEveryone(() => tx.selectFrom('project').select('organization_id').execute())),
    );
    expect(seen).toEqual([{ organization_id: a }]);
  });

  it('is told anew after a statement that failed, and after a transaction that did', async () => {
    const failing: readonly (() => Promise<unknown>)[] = [
      () => run('select 1 / 0'),
      () => store.transaction((tx) => sql`select 1 / 0`.execute(tx)),
      () => store.transaction((tx) => sql`select set_config('tributary.everyone', 'on', false), 1 / 0`.execute(tx)),
    ];
    for (const work of failing) {
      await expect(runAs(a, work)).rejects.toThrow('division by zero');
      const told = tells();
      expect(await runAs(a, () => owners(project))).toEqual([a]);
      expect(told()).toBe(1);
      vi.restoreAllMocks();
    }
  });

  it('never shows one the rows of another, whatever fails in between', async () => {
    const pooled = await open({ poolSize: 2 });
    const scopes = [
      { run: <T>(work: () => T) => runAs(a, work), sees: [a] },
      { run: <T>(work: () => T) => runAs(b, work), sees: [b] },
      { run: runForNobody, sees: [] },
      { run: runForEveryone, sees: [a, b] },
    ] as const;
    const works: readonly ((sees: readonly string[]) => Promise<unknown>)[] = [
      async (sees) => expect(await owners(project, pooled)).toEqual(sees),
      async () => expect(run('select 1 / 0', pooled)).rejects.toThrow('division'),
      async (sees) => {
        const gone = pooled.transaction(async (tx) => {
          const rows = await tx.selectFrom('project').select('organization_id').orderBy('organization_id').execute();
          expect(rows.map((row) => row.organization_id)).toEqual(sees);
          throw new Error('changed my mind');
        });
        await expect(gone).rejects.toThrow('changed my mind');
      },
      async () => expect(pooled.transaction((tx) => sql`select nothing`.execute(tx))).rejects.toThrow('does not exist'),
    ];
    const all = Array.from({ length: 240 }, async (_, turn) => {
      const scope = scopes[(turn * 7 + Math.floor(turn / 5)) % scopes.length];
      const work = works[(turn * 3 + Math.floor(turn / 4)) % works.length];
      await scope?.run(async () => work?.(scope.sees));
    });
    await Promise.all(all);
    await pooled.close();
  });
});

describe('F1-11 a start with row-level security', () => {
  it('is refused to a superuser and to a role that bypasses it, with the words to make another', async () => {
    const words = /TRIBUTARY_ROW_SECURITY=on: postgres is a superuser.*CREATE ROLE .*NOBYPASSRLS; GRANT /;
    await expect(open({ url: database.superuserUrl })).rejects.toThrow(words);
    await superuser.query("create role passing login password 'passing' bypassrls");
    await expect(open({ url: as('passing') })).rejects.toThrow(/passing has BYPASSRLS/);
  });

  it('is refused to a role that owns none of the tables', async () => {
    await superuser.query("create role stranger login password 'stranger'");
    await expect(open({ url: as('stranger') })).rejects.toThrow(/lacks a right \(permission denied for/);
    await superuser.query('grant create on schema public to stranger');
    await superuser.query('grant select, insert, update, delete on all tables in schema public to stranger');
    await expect(open({ url: as('stranger') })).rejects.toThrow(/ALTER TABLE api_key OWNER TO/);
  });

  it('puts the policies up where there were none, and one without takes them down', async () => {
    const policies = async () => (await superuser.query('select 1 from pg_policy')).rows.length;
    await expect(open({ rowSecurity: false, migrations: 'verify' })).rejects.toThrow(/is on; set TRIBUTARY_ROW_SEC/);
    const without = await open({ rowSecurity: false });
    expect(await policies()).toBe(0);
    expect(await owners(project, without)).toEqual([a, b]);
    await without.close();
    await expect(open({ migrations: 'verify' })).rejects.toThrow(/is off; start the service once/);
    await (await open()).close();
    expect(await policies()).toBe(tables.length);
    await (await open({ migrations: 'verify' })).close();
  });

  it('walks the same index to claim jobs as one without', async () => {
    const claim = `explain select id from sync_job where organization_id = 'organization-7' and state = 'pending'
      and not_before is null order by requested_at limit 1`;
    await superuser.query('set session_replication_role = replica');
    await superuser.query(`insert into sync_job
      (id, organization_id, source_connection_id, collection_id, sync_id, state, trigger_kind, requested_at)
      select 'job ' || n, 'organization-' || n % 200, 'source ' || n, 'collection', 'sync', 'pending', 'manual', n
      from generate_series(1, 4000) as n`);
    await superuser.query('set session_replication_role = origin');
    await superuser.query('analyze sync_job');
    const plan = async () => {
      const { rows } = await runForEveryone(() => run(claim));
      return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    };
    expect(await plan()).toMatch(/Index Scan using sync_job_claimable/);
    expect(await plan()).not.toMatch(/Sort/);
  });
});

function as(role: string): Secret {
  const url = new URL(database.url.reveal());
  url.username = role;
  url.password = role;
  return new Secret(url.href);
}
