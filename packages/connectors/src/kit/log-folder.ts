import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConnectorError } from './connector-error.ts';

export interface LogFile {
  readonly name: string;
  readonly size: number;
}

/** A folder below the operator's roots that log files are written to. No link is ever followed. */
export interface LogFolder {
  /** Regular files, without those that are links or have a second name elsewhere. */
  list(): Promise<readonly LogFile[]>;
  /** Writes at the end of a file, which is made when it is not there. Throws `ConnectorError`. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Of the type's context: the real path of a folder that may be written to, or a refusal. */
type WritableFolder = (path: string) => Promise<string>;

const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What an error of the file system means for the settings; it names the path as the caller gave it. */
function toConnectorError(error: unknown, path: string): unknown {
  if (error instanceof ConnectorError) return error;
  const options = { cause: error };
  switch (errorCode(error)) {
    case 'ELOOP':
      return new ConnectorError('refused', `A file in ${path} is a link, and links are refused. Remove it.`, options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ConnectorError(
        'configuration',
        `${path} may not be written to by this service. Change its permissions, or give another folder.`,
        options,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new ConnectorError('unavailable', `There is no room left for ${path}. Make some.`, options);
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return new ConnectorError('configuration', `${path} leads through a file. Give a folder.`, options);
    case 'ENAMETOOLONG':
      return new ConnectorError('configuration', `A name in ${path} is too long. Give a shorter one.`, options);
    default:
      return new ConnectorError('unavailable', `${path} cannot be written to. Check that its disk works.`, options);
  }
}

function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name))
    throw new ConnectorError('refused', 'The name of a log file must be a plain name, without a path.');
}

async function append(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  checkName(name);
  const file = join(folder, name);
  const handle = await open(file, APPEND, 0o640);
  try {
    // Before a byte is written: what was opened has this path only, and no link on the way led to it.
    const opened = await handle.stat({ bigint: true });
    const now = await lstat(file, { bigint: true });
    const isOurs = opened.isFile() && opened.nlink === 1n && now.dev === opened.dev && now.ino === opened.ino;
    if (!isOurs || (await realpath(file)) !== file)
      throw new ConnectorError('refused', `${name} is a link or no regular file, and such are refused. Remove it.`);
    await handle.appendFile(bytes);
  } finally {
    await handle.close();
  }
}

async function list(folder: string): Promise<readonly LogFile[]> {
  const names = await readdir(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await lstat(join(folder, name)).catch(() => undefined);
      return stats?.isFile() && stats.nlink === 1 ? [{ name, size: stats.size }] : [];
    }),
  );
  return found.flat();
}

/** Makes the folder when it is not there. Throws `ConnectorError`: `refused`, `configuration`, `unavailable`. */
export async function openLogFolder(writableFolder: WritableFolder, path: string): Promise<LogFolder> {
  const guarded = async <T>(doing: () => Promise<T>): Promise<T> => {
    try {
      return await doing();
    } catch (error) {
      throw toConnectorError(error, path);
    }
  };
  const folder = await writableFolder(path);
  await guarded(() => mkdir(folder, { recursive: true, mode: 0o750 }));
  // Somebody may have put a link in its way meanwhile.
  if ((await writableFolder(path)) !== folder)
    throw new ConnectorError('refused', `${path} was changed while it was made. Try again.`);
  return {
    list: () => guarded(() => list(folder)),
    append: (name, bytes) => guarded(() => append(folder, name, bytes)),
    remove: (name) =>
      guarded(async () => {
        checkName(name);
        await unlink(join(folder, name)).catch((error: unknown) => {
          if (errorCode(error) !== 'ENOENT') throw error;
        });
      }),
  };
}

/** Whether the folder, or the nearest one above it that is there, may be written to; changes nothing. Throws `ConnectorError`. */
export async function checkLogFolder(writableFolder: WritableFolder, path: string): Promise<void> {
  let folder = await writableFolder(path);
  try {
    while (!(await lstat(folder).catch(() => undefined))) folder = dirname(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw toConnectorError(error, path);
  }
}
