import { createHash } from 'node:crypto';

/** Commits by name, each with its files by path; `link:` and `module:` before the contents make what is no file. */
export type Commits = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const sha = (text: string): string => createHash('sha1').update(text).digest('hex');

const foldersOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_part, at, parts) => `${parts.slice(0, at + 1).join('/')}/`);

const allFolders = (files: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...files.keys()].flatMap(foldersOf));

function fileEntry(path: string, content: string) {
  const base = { path, mode: '100644', type: 'blob', sha: sha(content) };
  if (content.startsWith('module:')) return { ...base, mode: '160000', type: 'commit' };
  return { ...base, ...(content.startsWith('link:') && { mode: '120000' }), size: Buffer.byteLength(content) };
}

function entriesBelow(commit: string, files: ReadonlyMap<string, string>, folder: string) {
  const folders = [...allFolders(files)].filter((one) => one !== folder && one.startsWith(folder));
  const inside = [...files].filter(([path]) => path.startsWith(folder));
  return [
    ...folders.map((one) => ({
      path: one.slice(folder.length, -1),
      mode: '040000',
      type: 'tree',
      sha: sha(`${commit}:${one}`),
    })),
    ...inside.map(([path, content]) => fileEntry(path.slice(folder.length), content)),
  ];
}

/** A tree by its name or that of its commit, cut at `most` entries when all below it is asked for. */
export function playedTree(commits: Commits, name: string, isRecursive: boolean, most: number): object | undefined {
  for (const [commit, files] of commits) {
    const folder = commit === name ? '' : [...allFolders(files)].find((one) => sha(`${commit}:${one}`) === name);
    if (folder === undefined) continue;
    const all = entriesBelow(commit, files, folder);
    if (!isRecursive) return { sha: name, tree: all.filter(({ path }) => !path.includes('/')), truncated: false };
    return { sha: name, tree: all.slice(0, most), truncated: all.length > most };
  }
  return undefined;
}

export const playedBlob = (commits: Commits, name: string): string | undefined =>
  [...commits.values()].flatMap((files) => [...files.values()]).find((content) => sha(content) === name);
