import { ConnectorError } from '../../kit/connector-error.ts';
import { joinPath } from './remote-folder.ts';
import type { RemoteEntry } from './remote-folder.ts';
import type { FtpSession } from './session.ts';

export interface WalkedFile extends RemoteEntry {
  /** Relative to the folder that the walk began in. */
  readonly path: string;
}

export interface WalkOptions {
  readonly session: FtpSession;
  readonly root: string;
  /** Whether to look into a folder. */
  readonly enter: (path: string) => boolean;
  /** Called with a folder that cannot be listed; the walk goes on beside it. The first folder's error is thrown. */
  readonly onUnreadable: (path: string, error: ConnectorError) => void;
}

/** Links may lead in a circle that a server does not show as one. */
const DEEPEST = 100;

/** A name that is one part of a path and nothing else, whatever the server says. */
const isPlain = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\r\n\0]/.test(name);

/** All files below a folder, in the order of their paths' UTF-8 bytes. Links are passed over. Throws `ConnectorError`. */
export async function* walk(options: WalkOptions, folder = '', depth = 0): AsyncGenerator<WalkedFile> {
  const entries = await listed(options, folder);
  for (const { path, entry } of inByteOrder(folder, entries)) {
    if (entry.kind === 'file') yield { ...entry, path };
    else if (depth < DEEPEST && options.enter(path)) yield* walk(options, path, depth + 1);
  }
}

async function listed({ session, root, onUnreadable }: WalkOptions, folder: string): Promise<readonly RemoteEntry[]> {
  try {
    return await session.use((remote) => remote.list(folder === '' ? root : joinPath(root, folder)));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'invalid_answer') throw error;
    if (folder === '') {
      const advice = 'Check workingDir, and that the user may read it.';
      throw new ConnectorError('configuration', `${error.message} ${advice}`, { cause: error });
    }
    onUnreadable(folder, error);
    return [];
  }
}

/** A folder's files come where its name and a `/` would stand. */
function inByteOrder(folder: string, entries: readonly RemoteEntry[]) {
  return entries
    .filter(({ name, kind }) => kind !== 'other' && isPlain(name))
    .map((entry) => ({
      entry,
      path: folder === '' ? entry.name : `${folder}/${entry.name}`,
      rank: Buffer.from(entry.kind === 'folder' ? `${entry.name}/` : entry.name),
    }))
    .toSorted((one, other) => Buffer.compare(one.rank, other.rank));
}
