import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'tributary-executable-';
const NAME = new RegExp(`^${PREFIX}(\\d+)-\\w+$`);

/** A folder that only this account sees, for one run of a program: its home, its place for temporary files, its input. */
export interface PrivateFolder {
  readonly path: string;
  /** Writes a file that only this account can read; gives its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a folder of mode 0700. The process that owns it is in its name, so that what it leaves behind can be told. */
export async function makePrivateFolder(parent = tmpdir()): Promise<PrivateFolder> {
  const path = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600, flag: 'wx' });
      return file;
    },
    // A program that was just killed may still be writing for a moment.
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

/** Removes the folders of processes that are not there any more: they hold configurations, and nobody will come back to them. */
export async function sweepPrivateFolders(parent = tmpdir()): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const path = join(parent, name);
    if (await isOurs(path)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In a folder that everybody may write to, others can make things of this name too. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (process.platform === 'win32' || found.uid === userInfo().uid);
}
