import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { describeControlStore } from './control-store-contract.ts';
import { openSqliteControlStore } from './sqlite.ts';
import { sqliteHome } from './testing.ts';

describeControlStore('SQLite', sqliteHome);

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-sqlite-'));
  path = join(folder, 'deep', 'control.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (busy: 'retry' | 'block' = 'retry') => openSqliteControlStore({ path, clock: systemClock, busy });
const organization = () => ({ id: newId<never>(), name: 'Acme', created_at: 1 });

test('keeps its file to its owner', async () => {
  const store = await open();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await store.close();
});

test('writes ahead, syncs every commit and checks references', async () => {
  const store = await open();
  const [mode, synchronous, keys] = await store.transaction(async (tx) => [
    (await sql<{ journal_mode: string }>`pragma journal_mode`.execute(tx)).rows[0],
    (await sql<{ synchronous: number }>`pragma synchronous`.execute(tx)).rows[0],
    (await sql<{ foreign_keys: number }>`pragma foreign_keys`.execute(tx)).rows[0],
  ]);
  expect([mode, synchronous, keys]).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }]);
  await store.close();
});

test('whole numbers are bound as integers, also where no column says so', async () => {
  const store = await open();
  const { rows } = await sql<{
    kind: string;
    half: string;
  }>`select typeof(${7}) as kind, typeof(${0.5}) as half`.execute(store.db);
  expect(rows).toEqual([{ kind: 'integer', half: 'real' }]);
  await store.close();
});

test('goes on answering reads while another process holds the write lock, and writes when it is free', async () => {
  const store = await open('retry');
  const holder = new Database(path, { timeout: 0 });
  holder.exec('begin immediate');
  const row = organization();
  let written = false;
  const writing = store.transaction(async (tx) => {
    await tx.insertInto('organization').values(row).execute();
    written = true;
  });
  const ticks: number[] = [];
  for (let i = 0; i < 20; i += 1) {
    const before = performance.now();
    expect(await store.db.selectFrom('organization').selectAll().execute()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    ticks.push(performance.now() - before);
  }
  expect(written).toBe(false);
  expect(Math.max(...ticks)).toBeLessThan(3_000);
  holder.exec('commit');
  await writing;
  expect(await store.db.selectFrom('organization').selectAll().execute()).toEqual([row]);
  holder.close();
  await store.close();
});

test('says that it is busy when the write lock does not come free', async () => {
  let now = 0;
  const hurried = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const store = await openSqliteControlStore({ path, clock: hurried, busy: 'retry' });
  const holder = new Database(path, { timeout: 0 });
  holder.exec('begin immediate');
  const late = store.db.insertInto('organization').values(organization()).execute();
  await expect(late).rejects.toMatchObject({ code: 'unavailable' });
  expect(now).toBeGreaterThanOrEqual(5_000);
  holder.exec('rollback');
  await store.db.insertInto('organization').values(organization()).execute();
  holder.close();
  await store.close();
});

test('a transaction that writes past its own executor fails instead of hanging', async () => {
  let now = 0;
  const hurried = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const store = await openSqliteControlStore({ path, clock: hurried, busy: 'retry' });
  const stray = store.transaction(async () => {
    await store.db.insertInto('organization').values(organization()).execute();
  });
  await expect(stray).rejects.toThrow('must use its own executor');
  await store.db.insertInto('organization').values(organization()).execute();
  await store.close();
});

test('keeps what was committed and nothing else when the process is killed', async () => {
  const store = await open();
  const module = JSON.stringify(new URL('sqlite.ts', import.meta.url).href);
  const script = `const { openSqliteControlStore } = await import(${module});
    const clock = { now: () => Date.now(), sleep: async () => {} };
    const store = await openSqliteControlStore({ path: ${JSON.stringify(path)}, clock, busy: 'block' });
    for (let i = 0; ; i += 1) {
      await store.transaction(async (tx) => {
        await tx.insertInto('organization').values([{ id: i + '-a', name: 'a', created_at: i }]).execute();
        await tx.insertInto('organization').values([{ id: i + '-b', name: 'b', created_at: i }]).execute();
      });
      process.stdout.write(i + '\\n');
    }`;
  const writer = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said.split('\n').length).toBeGreaterThan(20);
  writer.kill('SIGKILL');
  await once(writer, 'close');
  const acknowledged = said.split('\n').filter((line) => line !== '').length;
  const rows = await store.db.selectFrom('organization').select('id').execute();
  expect(rows.length % 2).toBe(0);
  expect(rows.length / 2).toBeGreaterThanOrEqual(acknowledged);
  await store.close();
});
