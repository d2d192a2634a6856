import { z } from 'zod';
import type { PathFilter } from '../../documents/path-filter.ts';
import { pathFilter } from '../../documents/path-filter.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { GithubContext } from './config.ts';
import { get } from './github-api.ts';

const Entry = z.object({
  path: z.string(),
  mode: z.string(),
  type: z.string(),
  sha: z.string(),
  size: z.number().default(0),
});
const Tree = z.object({ tree: z.array(Entry), truncated: z.boolean().default(false) });

export interface GitFile {
  readonly path: string;
  /** Of its contents: two files with the same one are the same. */
  readonly sha: string;
  /** In bytes. */
  readonly size: number;
}

const LINK = '120000';
/** GitHub cuts a tree at 100,000 entries or 7 MB. */
const LARGEST_TREE = 50_000_000;

/** A folder with all that is below it, or one level of it when that is too much for one answer. */
async function askTree(ctx: GithubContext, repository: string, sha: string) {
  const ask = async (query: { readonly recursive?: 1 }) => {
    const path = `/repos/${repository}/git/trees/${sha}`;
    const answer = await get(ctx, path, { query, accept: [404, 409, 422], maxBytes: LARGEST_TREE });
    if (answer.status === 200) return Tree.parse(answer.json());
    throw new ConnectorError('cursor_expired', `GitHub does not have the tree ${sha} of ${repository} (any more).`);
  };
  const whole = await ask({ recursive: 1 });
  return whole.truncated
    ? { entries: (await ask({})).tree, isOneLevel: true }
    : { entries: whole.tree, isOneLevel: false };
}

const isTaken = ({ type, mode }: z.output<typeof Entry>, path: string, filter: PathFilter): boolean =>
  type === 'blob' && mode !== LINK && filter.takes(path);

/**
 * The files of a commit that the configuration takes, by path; links and submodules are none. Throws
 * `ConnectorError('cursor_expired')` when GitHub does not have the commit any more, as after a forced push.
 */
export async function gitTree(
  ctx: GithubContext,
  repository: string,
  commit: string,
): Promise<ReadonlyMap<string, GitFile>> {
  const { include_files: include, exclude_files: exclude } = ctx.config;
  const filter = pathFilter({ include, exclude });
  const files = new Map<string, GitFile>();
  const folders = [{ sha: commit, above: '' }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const { entries, isOneLevel } = await askTree(ctx, repository, folder.sha);
    for (const entry of entries) {
      const path = `${folder.above}${entry.path}`;
      const { sha, size } = entry;
      if (isTaken(entry, path, filter)) files.set(path, { path, sha, size });
      if (isOneLevel && entry.type === 'tree' && filter.enters(path)) folders.push({ sha, above: `${path}/` });
    }
  }
  return files;
}
