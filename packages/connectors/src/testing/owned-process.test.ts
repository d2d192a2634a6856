import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (folder: string) =>
  stat(folder).then(
    () => false,
    () => true,
  );
const program = ['/bin/sh', ['-c', 'echo $$; exec sleep 1000']] as const;

test('a server ends with `stop`, and its folder goes with it', async () => {
  const folder = await serverFolder('owned');
  const server = startOwnedProcess(...program, folder);
  await untilReady(server, () => Promise.resolve(server.said() !== ''));
  const pid = Number(server.said());
  expect(alive(pid)).toBe(true);
  await server.stop();
  await server.stop();
  expect([alive(pid), await gone(folder)]).toEqual([false, true]);
});

test('a server that does not start says why', async () => {
  const folder = await serverFolder('owned');
  const server = startOwnedProcess('/bin/sh', ['-c', 'echo no such luck >&2; exit 3'], folder);
  await expect(untilReady(server, () => Promise.resolve(false))).rejects.toThrow('no such luck');
  expect(await gone(folder)).toBe(true);
});

test.each([
  ['is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['is terminated with its process group', (pid: number) => process.kill(-pid, 'SIGTERM')],
])('a server ends when its owner %s', async (_how, kill) => {
  const module = JSON.stringify(new URL('owned-process.ts', import.meta.url).href);
  const script = `const { serverFolder, startOwnedProcess, untilReady } = await import(${module});
    const folder = await serverFolder('owned');
    const server = startOwnedProcess(...${JSON.stringify(program)}, folder);
    await untilReady(server, () => Promise.resolve(server.said() !== ''));
    console.log(JSON.stringify([Number(server.said()), folder]));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const [pid, folder] = JSON.parse(line.toString()) as [number, string];
  expect(alive(pid)).toBe(true);
  kill(owner.pid ?? 0);
  await expect.poll(() => alive(pid)).toBe(false);
  await expect.poll(() => gone(folder)).toBe(true);
});
