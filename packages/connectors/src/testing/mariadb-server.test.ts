import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { mariadbProgram, type RunningMariadb, startMariadb } from './mariadb-server.ts';

async function dataFolder({ host, port, user, password, database }: RunningMariadb): Promise<string> {
  const client = await createConnection({ host, port, user, password, database });
  const [rows] = await client.query<RowDataPacket[]>('SELECT @@datadir AS folder');
  await client.end();
  return String(rows[0]?.['folder']);
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(mariadbProgram === undefined)('a MariaDB for tests', () => {
  test('answers, and leaves nothing behind when it stops', async () => {
    const server = await startMariadb();
    const folder = await dataFolder(server);
    expect(alive(server.pid)).toBe(true);
    await server.stop();
    await server.stop();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect(alive(server.pid)).toBe(false);
  });

  test('says why it does not start', async () => {
    await expect(startMariadb({ settings: { 'no-such-setting': '1' } })).rejects.toThrow('no-such-setting');
  });

  test('is ended when its owner is killed', async () => {
    const module = JSON.stringify(new URL('mariadb-server.ts', import.meta.url).href);
    const script = `const { startMariadb } = await import(${module});
      const server = await startMariadb();
      console.log(JSON.stringify(server));
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const server = JSON.parse(line.toString()) as RunningMariadb;
    const folder = await dataFolder(server);
    owner.kill('SIGKILL');
    await expect.poll(() => alive(server.pid)).toBe(false);
    const home = () => stat(dirname(folder)).catch((error: NodeJS.ErrnoException) => error.code);
    await expect.poll(home).toBe('ENOENT');
  });
});
