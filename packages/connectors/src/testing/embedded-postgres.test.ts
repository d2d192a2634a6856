import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './embedded-postgres.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>({ text: sql })).rows;
  } finally {
    await client.end();
  }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('starts a server that answers, and leaves nothing behind when it stops', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('a "quoted" name');
  expect(await query(url, 'SELECT current_database() AS name')).toEqual([{ name: 'a "quoted" name' }]);
  const [row] = (await query(url, 'SHOW data_directory')) as { data_directory: string }[];
  await server.stop();
  await server.stop();
  await expect(stat(row!.data_directory)).rejects.toThrow('ENOENT');
  expect(alive(server.pid)).toBe(false);
});

test('finds its rows again after a restart in the same folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-postgres-test-'));
  await chmod(folder, 0o755);
  try {
    const options = { dataDir: join(folder, 'data') };
    const first = await startPostgres(options);
    await query(first.url, 'CREATE TABLE t AS SELECT 7 AS n');
    await first.stop();
    const second = await startPostgres(options);
    expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
    await second.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('says why the server does not start', async () => {
  await expect(startPostgres({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow('shared_buffers');
});

test('shuts the server down when its owner is killed', async () => {
  const module = JSON.stringify(new URL('embedded-postgres.ts', import.meta.url).href);
  const script = `const { startPostgres } = await import(${module});
    const server = await startPostgres();
    const client = new (await import('pg')).default.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query('SHOW data_directory');
    console.log(JSON.stringify([server.pid, rows[0].data_directory]));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const [pid, folder] = JSON.parse(line.toString()) as [number, string];
  expect(alive(pid)).toBe(true);
  owner.kill('SIGKILL');
  await expect.poll(() => alive(pid)).toBe(false);
  const home = () => stat(dirname(folder)).catch((error: NodeJS.ErrnoException) => error.code);
  await expect.poll(home).toBe('ENOENT');
});
