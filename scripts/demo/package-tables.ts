import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Changes } from './changes.ts';

const LOCK_FILE = new URL('../../package-lock.json', import.meta.url);

/** What npm writes about one installed package (https://docs.npmjs.com/cli/configuring-npm/package-lock-json). */
interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const SCHEMA = `
  CREATE TABLE licence (id int PRIMARY KEY, name text NOT NULL UNIQUE);
  CREATE TABLE package (
    id int PRIMARY KEY,
    path text NOT NULL UNIQUE,
    name text NOT NULL,
    version text NOT NULL,
    description text,
    homepage text,
    licence_id int REFERENCES licence,
    development boolean NOT NULL,
    optional boolean NOT NULL
  );
  CREATE TABLE dependency (
    package_id int NOT NULL REFERENCES package ON DELETE CASCADE,
    name text NOT NULL,
    wanted text NOT NULL,
    PRIMARY KEY (package_id, name)
  );
  CREATE TABLE engine (
    package_id int NOT NULL REFERENCES package ON DELETE CASCADE,
    name text NOT NULL,
    wanted text NOT NULL,
    PRIMARY KEY (package_id, name)
  );
  CREATE TABLE command (
    package_id int NOT NULL REFERENCES package ON DELETE CASCADE,
    name text NOT NULL,
    file text NOT NULL,
    PRIMARY KEY (package_id, name)
  );
`;

const TABLES = ['licence', 'package', 'dependency', 'engine', 'command'] as const;
type Table = (typeof TABLES)[number];
type Row = readonly (string | number | boolean | null)[];

/** What the package says about itself; npm does not put it into the lock file. Packages for other machines are absent. */
async function manifestOf(path: string): Promise<{ readonly description?: string; readonly homepage?: string }> {
  const text = await readFile(new URL(`../../${path}/package.json`, import.meta.url), 'utf8').catch(() => '{}');
  return JSON.parse(text) as { description?: string; homepage?: string };
}

async function rowsOf(packages: ReadonlyMap<string, LockedPackage>): Promise<Record<Table, Row[]>> {
  const rows: Record<Table, Row[]> = { licence: [], package: [], dependency: [], engine: [], command: [] };
  const licences = new Map<string, number>();
  const licenceId = (name: string | undefined): number | null => {
    if (name === undefined) return null;
    const known = licences.get(name) ?? licences.size + 1;
    if (!licences.has(name)) rows.licence.push([known, name]);
    licences.set(name, known);
    return known;
  };
  for (const [path, one] of packages) {
    const id = rows.package.length + 1;
    const { description = null, homepage = null } = await manifestOf(path);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const flags = [one.dev === true, one.optional === true];
    rows.package.push([id, path, name, one.version ?? '', description, homepage, licenceId(one.license), ...flags]);
    for (const [other, wanted] of Object.entries(one.dependencies ?? {})) rows.dependency.push([id, other, wanted]);
    for (const [other, wanted] of Object.entries(one.engines ?? {})) rows.engine.push([id, other, wanted]);
    for (const [command, file] of Object.entries(one.bin ?? {})) rows.command.push([id, command, file]);
  }
  return rows;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Fills five related tables with what `package-lock.json` says; gives the number of rows by table. */
export async function createPackageTables(url: string): Promise<Readonly<Record<Table, number>>> {
  const lock = JSON.parse(await readFile(LOCK_FILE, 'utf8')) as { packages: Record<string, LockedPackage> };
  const packages = new Map(
    Object.entries(lock.packages).filter(
      ([path]) => path.startsWith('node_modules/') && !path.startsWith('node_modules/@tributary/'),
    ),
  );
  const rows = await rowsOf(packages);
  await withClient(url, async (client) => {
    await client.query(SCHEMA);
    for (const table of TABLES)
      await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [
        JSON.stringify(await named(client, table, rows[table])),
      ]);
  });
  return Object.fromEntries(TABLES.map((table) => [table, rows[table].length])) as Record<Table, number>;
}

/** Rows as objects by the names of the table's columns. */
async function named(client: pg.Client, table: Table, rows: readonly Row[]): Promise<object[]> {
  const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`);
  return rows.map((row) => Object.fromEntries(fields.map((field, index) => [field.name, row[index]])));
}

export interface ChangedRows extends Changes {
  readonly deletedPackage: string;
}

/** Changes four packages, adds one with two dependencies, and deletes one with everything that hangs on it. */
export async function changePackageTables(url: string, victim: string, newWord: string): Promise<ChangedRows> {
  return withClient(url, async (client) => {
    const count = async (sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rowCount ?? 0;
    await client.query('BEGIN');
    const updated = await count(
      `UPDATE package SET version = version || '-demo', description = 'Changed by the demo. ' || coalesce(description, '')
       WHERE id IN (SELECT id FROM package WHERE name <> $1 ORDER BY id LIMIT 4)`,
      [victim],
    );
    const added = await count(
      `INSERT INTO package SELECT max(id) + 1, 'node_modules/tuned-percussion', 'tuned-percussion', '1.0.0', $1, null, 1, false, false FROM package`,
      [`Plays a ${newWord} when a sync is done`],
    );
    const hanging = await count(
      `INSERT INTO dependency SELECT max(id), unnest(ARRAY['mallet', 'resonator']), '^1.0.0' FROM package`,
    );
    // The cascade does not say how many rows went with the package, so they are deleted one table after the other.
    let deleted = 0;
    for (const table of ['dependency', 'engine', 'command'])
      deleted += await count(`DELETE FROM ${table} WHERE package_id IN (SELECT id FROM package WHERE name = $1)`, [
        victim,
      ]);
    deleted += await count('DELETE FROM package WHERE name = $1', [victim]);
    await client.query('COMMIT');
    return { inserted: added + hanging, updated, deleted, deletedPackage: victim };
  });
}
