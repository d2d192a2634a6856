import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';

/** Where migrations run: everything in `locked` is one transaction that no other process shares. */
export interface MigrationTarget {
  readonly dialect: 'sqlite' | 'postgres';
  readonly clock: Clock;
  locked<T>(work: (session: MigrationSession) => Promise<T>): Promise<T>;
}

export interface MigrationSession {
  /** Runs a script of several statements. */
  run(script: string): Promise<void>;
  rows(sql: string): Promise<Record<string, string>[]>;
  insert(sql: string, values: readonly unknown[]): Promise<void>;
}

export interface Migration {
  /** `001` for a shared script, `001.pg` or `001.sqlite` for one of a dialect. */
  readonly name: string;
  readonly script: string;
  /** SHA-256 (hex) of the script. */
  readonly checksum: string;
}

const DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE = /^(\d{3}(?:\.(pg|sqlite))?)\.sql$/;
const SUFFIX = { postgres: 'pg', sqlite: 'sqlite' } as const;
const TABLE =
  'create table if not exists schema_migration (name text primary key, checksum text not null, applied_at bigint not null)';
const INSERT = {
  sqlite: 'insert into schema_migration (name, checksum, applied_at) values (?, ?, ?)',
  postgres: 'insert into schema_migration (name, checksum, applied_at) values ($1, $2, $3)',
} as const;

/**
 * Brings the schema up to date (`apply`), or refuses one that is not (`verify`); forward only. Each `NNN.sql` runs before
 * the `NNN.pg.sql` or `NNN.sqlite.sql` of the same number. Throws `schema_mismatch` when an applied script has changed
 * since, when the database knows scripts that this version does not have, or, on `verify`, when some are missing.
 */
export async function migrate(
  target: MigrationTarget,
  mode: 'apply' | 'verify',
  directory: string = DIRECTORY,
): Promise<readonly string[]> {
  const known = await readMigrations(directory, target.dialect);
  return target.locked(async (session) => {
    if (mode === 'apply') await session.run(TABLE);
    const missing = missingOf(known, await appliedOf(session, target.dialect));
    if (missing.length > 0 && mode === 'verify')
      throw mismatch(
        `migrations ${missing.map((m) => m.name).join(', ')} are missing; start the service once to apply them`,
      );
    for (const migration of missing) {
      await session.run(migration.script);
      await session.insert(INSERT[target.dialect], [migration.name, migration.checksum, target.clock.now()]);
    }
    return missing.map((m) => m.name);
  });
}

/** The scripts for a dialect, in the order in which they run. */
export async function readMigrations(
  directory: string,
  dialect: MigrationTarget['dialect'],
): Promise<readonly Migration[]> {
  const files = (await readdir(directory)).filter((file) => {
    const match = FILE.exec(file);
    return match !== null && (match[2] === undefined || match[2] === SUFFIX[dialect]);
  });
  const names = files.map((file) => file.slice(0, -'.sql'.length)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const script = await readFile(`${directory}/${name}.sql`, 'utf8');
      return { name, script, checksum: createHash('sha256').update(script.replaceAll('\r\n', '\n')).digest('hex') };
    }),
  );
}

async function appliedOf(
  session: MigrationSession,
  dialect: MigrationTarget['dialect'],
): Promise<ReadonlyMap<string, string>> {
  const exists = await session.rows(
    dialect === 'sqlite'
      ? "select name from sqlite_master where type = 'table' and name = 'schema_migration'"
      : "select table_name as name from information_schema.tables where table_schema = current_schema() and table_name = 'schema_migration'",
  );
  const rows = exists.length === 0 ? [] : await session.rows('select name, checksum from schema_migration');
  return new Map(rows.map((row) => [row['name'] ?? '', row['checksum'] ?? '']));
}

function missingOf(known: readonly Migration[], applied: ReadonlyMap<string, string>): readonly Migration[] {
  const names = new Set(known.map((m) => m.name));
  const newer = [...applied.keys()].filter((name) => !names.has(name));
  if (newer.length > 0)
    throw mismatch(
      `the database has migrations ${newer.join(', ')} of a newer version; run that version or a later one`,
    );
  const changed = known.filter((m) => applied.has(m.name) && applied.get(m.name) !== m.checksum);
  if (changed.length > 0)
    throw mismatch(
      `migration ${changed.map((m) => m.name).join(', ')} has changed since it was applied; restore the published file`,
    );
  return known.filter((m) => !applied.has(m.name));
}

function mismatch(reason: string): Error {
  return errors.schema_mismatch({ reason });
}
