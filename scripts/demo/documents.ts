import { appendFile, copyFile, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Changes } from './changes.ts';

const NODE_MODULES = new URL('../../node_modules', import.meta.url).pathname;

export interface Documents {
  readonly folder: string;
  /** Paths below the folder, sorted. */
  readonly paths: readonly string[];
  /** Top-level packages that have any. */
  readonly packages: number;
}

/**
 * Copies the documentation (`*.md`) of every installed package, so that the demo can change it: what npm installed stays
 * as it is. Links, such as those to our own workspaces, are passed over.
 */
export async function copyDocuments(folder: string): Promise<Documents> {
  const root = await realpath(NODE_MODULES);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.md$/i.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted((a, b) => (a < b ? -1 : 1));
  for (const path of paths) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await copyFile(join(root, path), join(folder, path));
  }
  return { folder, paths, packages: new Set(paths.map(packageOf)).size };
}

/** `@scope/name/docs/a.md` gives `@scope/name`. */
export function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

export interface ChangedDocuments extends Changes {
  /** A word that only the new documents have. */
  readonly newWord: string;
  readonly deletedPath: string;
}

const NEW_WORD = 'glockenspiel';

/** Changes three documents, adds two and deletes one; `victim` is the one to delete. */
export async function changeDocuments({ folder, paths }: Documents, victim: string): Promise<ChangedDocuments> {
  const edited = paths.filter((path) => path !== victim && /readme\.md$/i.test(path)).slice(0, 3);
  for (const path of edited)
    await appendFile(join(folder, path), '\n\n## Demo\n\nThis paragraph was added by the demo.\n');
  const added = ['tuned-percussion/README.md', 'tuned-percussion/CHANGELOG.md'];
  await mkdir(join(folder, 'tuned-percussion'));
  for (const path of added)
    await writeFile(
      join(folder, path),
      `# Tuned percussion\n\nPlays a ${NEW_WORD} when a sync is done. See ${path}.\n`,
    );
  await rm(join(folder, victim));
  return { inserted: added.length, updated: edited.length, deleted: 1, newWord: NEW_WORD, deletedPath: victim };
}
