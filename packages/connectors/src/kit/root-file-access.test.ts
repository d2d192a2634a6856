import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { comparePaths } from './file-access.ts';
import type { FileEntry } from './file-access.ts';
import { createFileAccess } from './root-file-access.ts';

let home: string;
let root: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'file-access-')));
  root = join(home, 'root');
  mkdirSync(join(root, 'docs/deep'), { recursive: true });
  mkdirSync(join(root, 'data'));
  mkdirSync(join(home, 'root-sibling'));
  writeFileSync(join(root, 'docs/a.txt'), 'a');
  writeFileSync(join(root, 'docs/deep/b.txt'), 'bb');
  writeFileSync(join(root, 'data/master.key'), 'key');
  writeFileSync(join(home, 'outside.txt'), 'outside');
  writeFileSync(join(home, 'root-sibling/c.txt'), 'c');
});

afterEach(() => {
  execFileSync('rm', ['-rf', home]);
});

const access = () => createFileAccess({ roots: [root], refused: [join(root, 'data')] });

const refused = { name: 'ConnectorError', reason: 'refused' };

describe('resolving', () => {
  test('F1-20 refuses everything until the operator opens a folder, and says how', async () => {
    const closed = createFileAccess({ roots: [], refused: [] });
    await expect(closed.resolve('/etc')).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('TRIBUTARY_FILE_ROOTS'),
    });
    await expect(closed.read('/etc', 'passwd', 100)).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(closed.walk('/etc'))).rejects.toMatchObject(refused);
    expect(() => createFileAccess({ roots: ['/'], refused: [] })).toThrow(/whole disk/);
    expect(() => createFileAccess({ roots: ['relative'], refused: [] })).toThrow(/absolute/);
  });

  test('F1-20 gives the real path of what is inside, absolute or relative to a root', async () => {
    expect(await access().resolve(root)).toBe(root);
    expect(await access().resolve(join(root, 'docs'))).toBe(join(root, 'docs'));
    expect(await access().resolve('docs/deep/')).toBe(join(root, 'docs/deep'));
    const linked = join(home, 'link-to-root');
    symlinkSync(root, linked);
    const through = createFileAccess({ roots: [linked], refused: [] });
    expect(await through.resolve(join(linked, 'docs'))).toBe(join(root, 'docs'));
    expect(await through.resolve(join(root, 'docs'))).toBe(join(root, 'docs'));
  });

  test.each([
    ['a step upwards', () => join(root, 'docs') + '/../../outside.txt'],
    ['a step upwards in a relative path', () => '../outside.txt'],
    ['a step upwards with backslashes', () => 'docs\\..\\..\\outside.txt'],
    ['an absolute path outside', () => '/etc/passwd'],
    ['a folder whose name begins like the root', () => join(home, 'root-sibling')],
    ['a NUL byte', () => join(root, 'docs\0.txt')],
    ['a network share', () => '\\\\server\\share'],
    ['a network share with slashes', () => '//server/share'],
    ['the data directory', () => join(root, 'data')],
    ['a file of the data directory', () => 'data/master.key'],
    ['an empty path', () => ''],
  ])('F1-20 refuses %s', async (_what, path) => {
    await expect(access().resolve(path())).rejects.toMatchObject(refused);
  });

  test('F1-20 refuses links wherever they stand in a path, even when they lead to something inside', async () => {
    symlinkSync(home, join(root, 'up'));
    symlinkSync(join(root, 'docs'), join(root, 'inside'));
    symlinkSync(join(home, 'outside.txt'), join(root, 'docs/out.txt'));
    symlinkSync(join(root, 'data'), join(root, 'docs/data'));
    for (const path of ['up/outside.txt', 'inside', 'inside/a.txt', 'docs/out.txt', 'docs/data/master.key']) {
      await expect(access().resolve(path), path).rejects.toMatchObject(refused);
    }
  });

  test('tells a missing path from a refused one', async () => {
    await expect(access().resolve(join(root, 'nowhere'))).rejects.toMatchObject({ reason: 'configuration' });
    await expect(access().resolve('nowhere')).rejects.toMatchObject({ reason: 'configuration' });
  });
});

describe('a folder to write to', () => {
  test('is the real path below a root, be it there or not, absolute or relative', async () => {
    expect(await access().writableFolder(join(root, 'docs'))).toBe(join(root, 'docs'));
    expect(await access().writableFolder(join(root, 'docs/new/er'))).toBe(join(root, 'docs/new/er'));
    expect(await access().writableFolder('docs/new')).toBe(join(root, 'docs/new'));
    expect(await access().writableFolder('new')).toBe(join(root, 'new'));
    const second = createFileAccess({ roots: [join(root, 'docs'), join(home, 'root-sibling')], refused: [] });
    mkdirSync(join(home, 'root-sibling/logs'));
    expect(await second.writableFolder('logs')).toBe(join(home, 'root-sibling/logs'));
    expect(await second.writableFolder('other')).toBe(join(root, 'docs/other'));
  });

  test.each([
    ['outside the roots', () => join(home, 'new')],
    ['beside a root', () => join(home, 'root-sibling/new')],
    ['up from a root', () => 'docs/../../new'],
    ['in the data directory', () => join(root, 'data/logs')],
    ['in the data directory, by a relative path', () => 'data/logs/deep'],
  ])('F1-20 is refused %s', async (_what, path) => {
    await expect(access().writableFolder(path())).rejects.toMatchObject(refused);
  });

  test('F1-20 is refused in a data directory that is not there yet', async () => {
    const files = createFileAccess({ roots: [root], refused: [join(root, 'later')] });
    for (const path of [join(root, 'later'), join(root, 'later/logs'), 'later/logs'])
      await expect(files.writableFolder(path), path).rejects.toMatchObject(refused);
  });

  test('F1-20 is refused behind a link, in an absolute and in a relative path, whatever the working directory', async () => {
    symlinkSync(home, join(root, 'up'));
    symlinkSync(join(home, 'nowhere'), join(root, 'dangling'));
    for (const path of [join(root, 'up'), join(root, 'up/new'), 'up', 'up/new'])
      await expect(access().writableFolder(path), path).rejects.toMatchObject(refused);
    for (const path of [join(root, 'dangling/new'), 'dangling'])
      await expect(access().writableFolder(path), path).rejects.toMatchObject({ name: 'ConnectorError' });
  });

  test('is no file, and not in a root that is gone', async () => {
    for (const path of [join(root, 'docs/a.txt'), join(root, 'docs/a.txt/new')])
      await expect(access().writableFolder(path), path).rejects.toMatchObject({ name: 'ConnectorError' });
    const gone = createFileAccess({ roots: [join(home, 'gone')], refused: [] });
    await expect(gone.writableFolder(join(home, 'gone/new'))).rejects.toMatchObject({ reason: 'configuration' });
    await expect(gone.writableFolder('new')).rejects.toMatchObject({ reason: 'configuration' });
    await expect(createFileAccess({ roots: [], refused: [] }).writableFolder('/x')).rejects.toMatchObject(refused);
  });
});

describe('reading', () => {
  test('reads the bytes of a regular file up to the limit', async () => {
    expect((await access().read(join(root, 'docs'), 'deep/b.txt', 2)).toString()).toBe('bb');
    await expect(access().read('docs', 'deep/b.txt', 1)).rejects.toMatchObject({ reason: 'invalid_answer' });
    await expect(access().read('docs', 'deep', 10)).rejects.toMatchObject(refused);
  });

  test('F1-20 refuses to leave the folder', async () => {
    symlinkSync(join(home, 'outside.txt'), join(root, 'docs/out.txt'));
    for (const path of [
      '../data/master.key',
      join(root, 'docs/a.txt'),
      'out.txt',
      'a.txt\0',
      'deep/../../data/master.key',
    ]) {
      await expect(access().read('docs', path, 1_000), path).rejects.toMatchObject(refused);
    }
    await expect(access().read(root, 'data/master.key', 1_000)).rejects.toMatchObject(refused);
  });

  test('F1-20 refuses a socket in place of a file', async () => {
    const server = createServer().listen(join(root, 'docs/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(access().read('docs', 'socket', 10)).rejects.toThrow();
    await new Promise((resolve) => server.close(resolve));
  });
});

/** File systems take their times from a clock that ticks this often at worst. */
const CLOCK_TICK_MS = 20;

const passed = (time: number): Promise<unknown> =>
  vi.waitFor(() => expect(Date.now() - CLOCK_TICK_MS).toBeGreaterThan(time + CLOCK_TICK_MS), {
    interval: 5,
    timeout: 30_000,
  });

describe('walking', () => {
  const paths = async (folder: string): Promise<readonly string[]> =>
    (await Array.fromAsync(access().walk(folder))).map((entry) => entry.path);

  test('lists regular files in order, and passes over links and the data directory', async () => {
    symlinkSync(join(home, 'outside.txt'), join(root, 'docs/out.txt'));
    symlinkSync(home, join(root, 'docs/up'));
    symlinkSync(join(root, 'docs'), join(root, 'docs/loop'));
    writeFileSync(join(root, 'docs/deep.txt'), 'x');
    expect(await paths(root)).toEqual(['docs/a.txt', 'docs/deep/b.txt', 'docs/deep.txt']);
    expect(await paths('docs/deep')).toEqual(['b.txt']);
    await expect(paths(join(root, 'docs/a.txt'))).rejects.toMatchObject({ reason: 'configuration' });
  });

  test('walks in the order of comparePaths', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-c.-]{1,3}(\/[a-c.-]{1,3}){0,2}$/), { maxLength: 12 }),
        async (names) => {
          const folder = mkdtempSync(join(root, 'walk-'));
          for (const name of names) {
            if (name.split('/').some((part) => part === '.' || part === '..')) continue;
            try {
              mkdirSync(join(folder, name, '..'), { recursive: true });
              writeFileSync(join(folder, name), '');
            } catch {
              // A folder of that name is there already.
            }
          }
          const listed = await paths(folder);
          expect(listed).toEqual([...listed].sort(comparePaths));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('says when a path came to hold its bytes, whatever its own times claim', async () => {
    const at = async (path: string): Promise<FileEntry> =>
      (await Array.fromAsync(access().walk(root))).find((entry) => entry.path === path)!;
    const past = new Date('2001-02-03T04:05:06Z');
    utimesSync(join(root, 'docs/a.txt'), past, past);
    const quiet = await at('docs/deep/b.txt');
    const touched = await at('docs/a.txt');
    expect(touched.modifiedAt).toBe(past.getTime());
    expect(touched.changedAt).toBeGreaterThan(past.getTime());

    await passed(touched.changedAt);
    const moment = Date.now() - CLOCK_TICK_MS;
    renameSync(join(root, 'docs/deep'), join(root, 'carried'));
    const carried = await at('carried/b.txt');
    expect(quiet.changedAt).toBeLessThan(moment);
    expect(carried.changedAt, 'a file inside a renamed folder').toBeGreaterThanOrEqual(moment);
    expect(carried.modifiedAt).toBe(quiet.modifiedAt);
  });

  test('does not take a new neighbour for a renamed folder', async () => {
    const before = (await Array.fromAsync(access().walk(root))).find((entry) => entry.path === 'docs/deep/b.txt')!;
    await passed(before.changedAt);
    writeFileSync(join(root, 'docs/new.txt'), 'n');
    const after = (await Array.fromAsync(access().walk(root))).find((entry) => entry.path === 'docs/deep/b.txt')!;
    expect(after.changedAt).toBe(before.changedAt);
  });

  test('reports what it cannot look at, or throws when nobody listens', async () => {
    // Deeper than a path can be spelled (PATH_MAX), which stops every user, root too.
    const name = 'n'.repeat(250);
    const here = process.cwd();
    process.chdir(join(root, 'docs'));
    for (let depth = 0; depth < 17; depth += 1) {
      mkdirSync(name);
      process.chdir(name);
    }
    process.chdir(here);
    const unreadable: string[] = [];
    const walk = access().walk(root, { onUnreadable: (path) => void unreadable.push(path) });
    expect((await Array.fromAsync(walk)).map((entry) => entry.path)).toEqual(['docs/a.txt', 'docs/deep/b.txt']);
    expect(unreadable).toEqual([expect.stringMatching(/^docs\/n{250}\/n/)]);
    await expect(Array.fromAsync(access().walk(root))).rejects.toThrow(/ENAMETOOLONG/);
  });

  test('ends when it is aborted, and stays out of folders that are not to be entered', async () => {
    const walk = access().walk(root, { signal: AbortSignal.abort(new Error('stop')) });
    await expect(Array.fromAsync(walk)).rejects.toThrow('stop');
    const shallow = await Array.fromAsync(access().walk(root, { enter: (path) => path !== 'docs/deep' }));
    expect(shallow.map((entry) => entry.path)).toEqual(['docs/a.txt']);
  });

  test('gives a folder another identity when another takes its place, and keeps it through a rename of a file inside', async () => {
    const before = await access().identity('docs');
    linkSync(join(root, 'docs/a.txt'), join(root, 'docs/z.txt'));
    expect(await access().identity('docs')).toBe(before);
    renameSync(join(root, 'docs'), join(root, 'old'));
    mkdirSync(join(root, 'docs'));
    expect(await access().identity('docs')).not.toBe(before);
  });
});
