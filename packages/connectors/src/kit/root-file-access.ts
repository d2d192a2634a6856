import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { BigIntStats, Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, relative, resolve as absolute, sep } from 'node:path';
import { ConnectorError } from './connector-error.ts';
import type { FileAccess, FileEntry, WalkOptions } from './file-access.ts';

export interface FileAccessOptions {
  /** Folders that the operator opened to connectors (`TRIBUTARY_FILE_ROOTS`). */
  readonly roots: readonly string[];
  /** Files and folders that stay closed wherever they are: the data directory. */
  readonly refused: readonly string[];
}

/** How many `lstat` calls are under way at once. */
const STAT_BATCH = 64;

const refuse = (message: string): ConnectorError => new ConnectorError('refused', message);

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isBelow = (parent: string, child: string): boolean => {
  const way = relative(parent, child);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** What cannot be part of an honest path: NUL bytes, steps upwards, network shares. */
function checkSpelling(path: string): void {
  if (path.includes('\0')) throw refuse('A path must not hold a NUL byte.');
  if (path === '') throw refuse('A path must not be empty.');
  if (/^[\\/]{2}/.test(path))
    throw refuse('Network shares are refused; mount the share and allow the mount as a root.');
  if (path.split(/[\\/]/).includes('..')) throw refuse('A path must not hold "..".');
}

/** Whether something has this name, be it a link that leads nowhere. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );

const realOrSelf = (path: string): Promise<string> => realpath(path).catch(() => absolute(path));

/**
 * The real path of `path`; refuses when any part between `root` (itself trusted) and it is a link. A real path that is
 * spelled as asked has none; a file system that minds no case spells otherwise, and is then looked at part by part.
 */
async function realWithoutLinks(root: string, path: string): Promise<string> {
  const real = await realpath(path);
  if (real === path) return real;
  let current = root;
  for (const part of relative(root, path)
    .split(sep)
    .filter((word) => word !== '')) {
    current = join(current, part);
    if ((await lstat(current)).isSymbolicLink()) {
      throw refuse(`The path ${path} goes through a link, and links are refused.`);
    }
  }
  return real;
}

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Milliseconds of the last change of a file or folder: its inode's, or its bytes' on file systems that keep no other. */
const changeTime = (stats: Stats): number => Math.max(stats.ctimeMs, stats.mtimeMs);

class RootFileAccess implements FileAccess {
  readonly #options: FileAccessOptions;

  constructor(options: FileAccessOptions) {
    this.#options = options;
  }

  /** Each root as it was given, with its real path; looked up once, so that a root cannot be exchanged under a job. */
  get #roots(): Promise<readonly (readonly [given: string, real: string])[]> {
    this.#knownRoots ??= Promise.all(
      this.#options.roots.map(async (given) => [given, await realOrSelf(given)] as const),
    );
    return this.#knownRoots;
  }
  #knownRoots: Promise<readonly (readonly [given: string, real: string])[]> | undefined;

  get #refused(): Promise<readonly string[]> {
    this.#knownRefused ??= Promise.all(this.#options.refused.map(realOrSelf));
    return this.#knownRefused;
  }
  #knownRefused: Promise<readonly string[]> | undefined;

  async resolve(path: string): Promise<string> {
    return (await this.#locate(path)).real;
  }

  async identity(path: string): Promise<string> {
    const stats = await lstat(await this.resolve(path), { bigint: true });
    return `${stats.dev}:${stats.ino}`;
  }

  async writableFolder(path: string): Promise<string> {
    this.#refuseWithoutRoots();
    checkSpelling(path);
    const places = (await this.#roots).flatMap(([given, root]) => {
      const candidate = this.#below(path, given, root);
      return candidate === undefined ? [] : [{ root, candidate }];
    });
    // A relative path is the folder that is there, else a new one in the first root.
    const found = await Promise.all(places.map(({ candidate }) => isThere(candidate)));
    const place = places[found.indexOf(true)] ?? places[0];
    if (!place) throw this.#outside(path);
    const { root, candidate } = place;
    const missing: string[] = [];
    let there = candidate;
    while (there !== root && !(await isThere(there))) {
      missing.unshift(basename(there));
      there = dirname(there);
    }
    const real = await this.#real(root, there, path);
    if (real === undefined || !(await lstat(real)).isDirectory())
      throw new ConnectorError('configuration', `${path} is not a folder, or its root does not exist.`);
    const folder = join(real, ...missing);
    await this.#refuseClosed(root, folder, path);
    return folder;
  }

  async *walk(folder: string, options: WalkOptions = {}): AsyncGenerator<FileEntry> {
    const { real } = await this.#locate(folder);
    const refused = await this.#refused;
    const stats = await lstat(real);
    if (!stats.isDirectory()) throw new ConnectorError('configuration', `${folder} is not a folder.`);
    yield* walkFolder({ ...options, refused }, real, '', changeTime(stats), 0);
  }

  async read(folder: string, path: string, maxBytes: number): Promise<Buffer> {
    if (isAbsolute(path)) throw refuse('The path of a file must be relative to its folder.');
    checkSpelling(path);
    const { real, root } = await this.#locate(folder);
    const file = join(real, path);
    // O_NONBLOCK: a pipe that took the file's place must not hang us.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      (error: unknown) => {
        throw errorCode(error) === 'ELOOP' ? refuse(`${path} is a link, and links are refused.`) : error;
      },
    );
    try {
      const stats = await handle.stat({ bigint: true });
      await this.#recheck(root, real, file, stats);
      if (stats.size > BigInt(maxBytes)) {
        throw new ConnectorError('invalid_answer', `${path} is larger than ${maxBytes} bytes.`);
      }
      return await readWhole(handle, Number(stats.size));
    } finally {
      await handle.close();
    }
  }

  /** Before a byte is read: what was opened is what the path names, and no link on the way led to it. */
  async #recheck(root: string, folder: string, file: string, opened: BigIntStats): Promise<void> {
    if (!opened.isFile()) throw refuse(`${file} is not a regular file.`);
    const real = await realWithoutLinks(folder, file);
    await this.#refuseClosed(root, real, file);
    const now = await lstat(real, { bigint: true });
    if (now.dev !== opened.dev || now.ino !== opened.ino) throw refuse(`${file} was swapped while it was read.`);
  }

  async #refuseClosed(root: string, real: string, path: string): Promise<void> {
    if (!isBelow(root, real)) throw refuse(`${path} leads out of the folders of TRIBUTARY_FILE_ROOTS.`);
    const refused = await this.#refused;
    if (refused.some((one) => isBelow(one, real))) throw refuse(`${path} is inside a folder that is always refused.`);
  }

  #refuseWithoutRoots(): void {
    if (this.#options.roots.length === 0) {
      throw refuse('No folder of this host is open to connectors. The operator can set TRIBUTARY_FILE_ROOTS.');
    }
  }

  #outside(path: string): ConnectorError {
    return isAbsolute(path)
      ? refuse(`${path} is outside the folders that the operator opened with TRIBUTARY_FILE_ROOTS.`)
      : new ConnectorError('configuration', `${path} is in none of the folders of TRIBUTARY_FILE_ROOTS.`);
  }

  async #locate(path: string): Promise<{ readonly real: string; readonly root: string }> {
    this.#refuseWithoutRoots();
    checkSpelling(path);
    for (const [given, root] of await this.#roots) {
      const candidate = this.#below(path, given, root);
      if (candidate === undefined) continue;
      const real = await this.#real(root, candidate, path);
      if (real !== undefined) return { real, root };
    }
    throw this.#outside(path);
  }

  /** The path below the real root, when it is below the root in the given or the real spelling. */
  #below(path: string, given: string, root: string): string | undefined {
    if (!isAbsolute(path)) return join(root, path);
    const parent = [root, absolute(given)].find((one) => isBelow(one, absolute(path)));
    return parent === undefined ? undefined : join(root, relative(parent, absolute(path)));
  }

  async #real(root: string, candidate: string, path: string): Promise<string | undefined> {
    try {
      const real = await realWithoutLinks(root, candidate);
      await this.#refuseClosed(root, real, path);
      return real;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' && !isAbsolute(path)) return undefined;
      if (errorCode(error) === 'ENOENT')
        throw new ConnectorError('configuration', `${path} does not exist.`, { cause: error });
      if (errorCode(error) === 'ENOTDIR')
        throw new ConnectorError('configuration', `${path} leads through a file.`, { cause: error });
      if (errorCode(error) === 'EACCES') {
        throw new ConnectorError('configuration', `${path} may not be read by this service; change its permissions.`, {
          cause: error,
        });
      }
      throw error;
    }
  }
}

interface WalkState extends WalkOptions {
  readonly refused: readonly string[];
}

/**
 * A renamed folder keeps the times of what is inside, but its own and its parent's change time move, and nobody can set
 * those back. So a path below can be as new as the earlier of the two, at every step down.
 */
async function* walkFolder(
  state: WalkState,
  folder: string,
  prefix: string,
  folderChangedAt: number,
  arrivedAt: number,
): AsyncGenerator<FileEntry> {
  const names = await listNames(state, folder, prefix);
  for (let start = 0; start < names.length; start += STAT_BATCH) {
    const batch = names.slice(start, start + STAT_BATCH);
    const found = await Promise.all(batch.map((name) => statOrGone(state, join(folder, name), `${prefix}${name}`)));
    for (const [index, name] of batch.entries()) {
      const stats = found[index];
      state.signal?.throwIfAborted();
      const path = `${prefix}${name}`;
      if (stats?.isFile() && !state.refused.includes(join(folder, name))) {
        const changedAt = Math.max(changeTime(stats), arrivedAt);
        yield { path, size: stats.size, modifiedAt: stats.mtimeMs, changedAt };
      } else if (stats?.isDirectory() && isOpen(state, join(folder, name), path)) {
        const changedAt = changeTime(stats);
        const carriedAt = Math.max(arrivedAt, Math.min(changedAt, folderChangedAt));
        yield* walkFolder(state, join(folder, name), `${path}/`, changedAt, carriedAt);
      }
    }
  }
}

const isOpen = (state: WalkState, folder: string, path: string): boolean =>
  !state.refused.includes(folder) && (state.enter?.(path) ?? true);

/** Names of a folder in code-unit order. */
async function listNames(state: WalkState, folder: string, prefix: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch (error) {
    // Gone since it was listed: then nothing is below it. The walked folder itself must be there.
    if (errorCode(error) === 'ENOENT' && prefix !== '') return [];
    if (!state.onUnreadable || prefix === '') throw error;
    state.onUnreadable(prefix.slice(0, -1));
    return [];
  }
}

async function statOrGone(state: WalkState, path: string, shown: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (!state.onUnreadable) throw error;
    state.onUnreadable(shown);
    return undefined;
  }
}

/**
 * The door to the host's files. Without roots every call throws; a path counts as inside a root only when no part of it
 * is a link. Errors: `refused` (outside, link, `..`, NUL, network share, data directory), `configuration` (missing,
 * unreadable), `invalid_answer` (too large).
 */
export function createFileAccess(options: FileAccessOptions): FileAccess {
  for (const root of options.roots) {
    if (!isAbsolute(root) || absolute(root) === parse(absolute(root)).root) {
      throw new ConnectorError(
        'configuration',
        `The file root ${root} must be an absolute path, and not the whole disk.`,
      );
    }
  }
  return new RootFileAccess(options);
}
