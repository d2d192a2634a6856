import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateFolder, sweepPrivateFolders } from './private-folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'private-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('F1-20 nobody else reads a private folder, and no file is written twice or through a link', async () => {
  const folder = await makePrivateFolder(parent);
  const file = await folder.write('config.json', '{"token":"x"}');
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe('{"token":"x"}');
  await symlink('/etc/hostname', join(folder.path, 'state.json'));
  await expect(folder.write('state.json', '{}')).rejects.toThrow('EEXIST');
  await folder.remove();
  expect(await readdir(parent)).toEqual([]);
});

test('F1-3 what a process that was killed left behind is removed, what others use or made is not', async () => {
  const child = spawn('/bin/true');
  await once(child, 'exit');
  const own = await makePrivateFolder(parent);
  await mkdir(join(parent, `tributary-executable-${child.pid}-abc123`));
  await symlink('/etc', join(parent, `tributary-executable-${child.pid}-def456`));
  await mkdir(join(parent, 'tributary-executable-notes'));
  await sweepPrivateFolders(parent);
  expect(new Set(await readdir(parent))).toEqual(
    new Set([own.path.split('/').at(-1), `tributary-executable-${child.pid}-def456`, 'tributary-executable-notes']),
  );
  await sweepPrivateFolders(join(parent, 'not-there'));
});
