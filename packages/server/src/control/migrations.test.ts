import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MigrationTarget } from './migrations.ts';
import { migrate, readMigrations } from './migrations.ts';

let folder: string;
let database: Database.Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-migrations-'));
  database = new Database(':memory:');
});
afterEach(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

const script = (name: string, text: string) => writeFile(join(folder, name), text);
const target: MigrationTarget = {
  dialect: 'sqlite',
  clock: { now: () => 42, sleep: async () => undefined },
  async locked(work) {
    database.exec('begin immediate');
    try {
      const result = await work({
        run: async (text) => void database.exec(text),
        rows: async (text) => database.prepare<unknown[], Record<string, string>>(text).all(),
        insert: async (text, values) => void database.prepare(text).run(values),
      });
      database.exec('commit');
      return result;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  },
};

test('runs the shared script of a number before the one of the dialect, and never one of the other dialect', async () => {
  await script('002.sql', 'create table b (a references a);');
  await script('001.sqlite.sql', 'create index i on a (x);');
  await script('001.sql', 'create table a (x);');
  await script('001.pg.sql', 'this is not SQL of SQLite');
  await script('notes.txt', 'not a script');
  expect(await migrate(target, 'apply', folder)).toEqual(['001', '001.sqlite', '002']);
  expect(await migrate(target, 'apply', folder)).toEqual([]);
});

test('applies nothing when one script fails', async () => {
  await script('001.sql', 'create table a (x);');
  await script('002.sql', 'create table a (x);');
  await expect(migrate(target, 'apply', folder)).rejects.toThrow('already exists');
  expect(database.prepare('select name from sqlite_master').all()).toEqual([]);
});

test('refuses a script that has changed since it was applied', async () => {
  await script('001.sql', 'create table a (x);');
  await migrate(target, 'apply', folder);
  await script('001.sql', 'create table a (x, y);');
  await expect(migrate(target, 'apply', folder)).rejects.toThrow('migration 001 has changed since it was applied');
});

test('line endings of a checkout do not count as a change', async () => {
  await script('001.sql', 'create table a (\n x);\n');
  await migrate(target, 'apply', folder);
  await script('001.sql', 'create table a (\r\n x);\r\n');
  expect(await migrate(target, 'apply', folder)).toEqual([]);
});

test('refuses a database that a newer version has migrated', async () => {
  await script('001.sql', 'create table a (x);');
  await script('002.sql', 'create table b (x);');
  await migrate(target, 'apply', folder);
  await rm(join(folder, '002.sql'));
  await expect(migrate(target, 'verify', folder)).rejects.toThrow('migrations 002 of a newer version');
});

test('verifying applies nothing and names what is missing', async () => {
  await script('001.sql', 'create table a (x);');
  await expect(migrate(target, 'verify', folder)).rejects.toThrow('migrations 001 are missing');
  expect(database.prepare('select name from sqlite_master').all()).toEqual([]);
});

test('the published scripts are found for both databases', async () => {
  const directory = new URL('../../migrations', import.meta.url).pathname;
  for (const dialect of ['sqlite', 'postgres'] as const)
    expect((await readMigrations(directory, dialect))[0]?.name).toBe('001');
});
