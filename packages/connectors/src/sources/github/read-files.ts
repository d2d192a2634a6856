import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DocumentDraft } from '../../documents/document-draft.ts';
import { EXTRACTOR_VERSION } from '../../documents/extract-text.ts';
import { inGroups } from '../../documents/in-groups.ts';
import { readDocument } from '../../documents/read-document.ts';
import type { DocumentFault, DocumentReading } from '../../documents/read-document.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Page } from '../../kit/page.ts';
import type { GithubConfig, GithubContext } from './config.ts';
import { fileKey, fileRow } from './file-row.ts';
import type { FileRow } from './file-row.ts';
import { findHead, Head } from './find-head.ts';
import { gitTree } from './git-tree.ts';
import type { GitFile } from './git-tree.ts';
import { get } from './github-api.ts';

export const FilesCursor = z.object({
  /** Fingerprint of the settings that decide what is read and how. */
  rules: z.string(),
  /** The commit whose files were all read. */
  done: Head.optional(),
  /** The commit that is being read; its files were read up to the path `after`. */
  next: Head.extend({ after: z.string() }).optional(),
});

export type FilesCursor = z.output<typeof FilesCursor>;
type FilesPage = Page<FileRow, FilesCursor>;

const READ_TOGETHER = 4;
const MOST_NAMED = 1_000;

const rulesOf = ({ include_files, exclude_files, max_file_bytes }: GithubConfig): string =>
  createHash('sha256')
    .update(JSON.stringify([EXTRACTOR_VERSION, include_files, exclude_files, max_file_bytes]))
    .digest('base64url')
    .slice(0, 16);

/** What it means for one file that it could not be fetched; throws what would be the same for any other. */
function faultOf(error: unknown): DocumentFault {
  if (!(error instanceof ConnectorError) || error.reason !== 'invalid_answer') throw error;
  return { code: 'unreadable', message: error.message, retry: false };
}

const readFile = (ctx: GithubContext, repository: string, { path, sha, size }: GitFile): Promise<DocumentReading> =>
  readDocument({
    key: fileKey({ repository, path }),
    path,
    size,
    maxFileBytes: ctx.config.max_file_bytes,
    signal: ctx.signal,
    async bytes() {
      const options = { media: 'application/vnd.github.raw+json', maxBytes: ctx.config.max_file_bytes };
      return (await get(ctx, `/repos/${repository}/git/blobs/${sha}`, options)).bytes();
    },
    faultOf,
  });

/**
 * The files of the default branch: all at first, then those whose contents differ between the commit that was read and
 * the newest, and the paths that are gone. A commit does not change, so a reading that was cut goes on in the same one.
 */
export async function* readFiles(
  ctx: GithubContext,
  repository: string,
  stored?: FilesCursor,
): AsyncGenerator<FilesPage> {
  const rules = rulesOf(ctx.config);
  const since = stored?.rules === rules ? stored : { rules };
  const head =
    ctx.config.include_files.length === 0 ? 'none' : (since.next ?? (await findHead(ctx, repository, since.done)));
  if (head === 'same' || head === 'none') {
    // Nothing to read; files that an emptied repository had are kept until it has a commit again.
    yield { upserts: [], cursor: since, ...(!since.done && { complete: true }) };
    return;
  }
  yield* readCommit(ctx, repository, since, Head.parse(head));
}

/** Which paths are to be read, which were read before the cut, and which are gone. */
async function compare(ctx: GithubContext, repository: string, { done, next }: FilesCursor, target: Head) {
  const before = done && (await gitTree(ctx, repository, done.commit));
  const files = await gitTree(ctx, repository, target.commit);
  const changed = [...files.values()]
    .filter(({ path, sha }) => before?.get(path)?.sha !== sha)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const after = next?.after ?? '';
  return {
    open: changed.filter(({ path }) => path > after),
    // A reading from the start names all files, also those that were read before it was cut.
    present: before ? [] : changed.map(({ path }) => path).filter((path) => path <= after),
    gone: [...(before?.keys() ?? [])].filter((path) => !files.has(path)),
  };
}

/** Names keys apart from rows, as many as a page should hold. */
function* naming(kind: 'present' | 'deletes', repository: string, paths: readonly string[]): Generator<FilesPage> {
  for (let at = 0; at < paths.length; at += MOST_NAMED) {
    const keys = paths.slice(at, at + MOST_NAMED).map((path) => fileKey({ repository, path }));
    yield { upserts: [], [kind]: keys };
  }
}

async function* readCommit(
  ctx: GithubContext,
  repository: string,
  since: FilesCursor,
  target: Head,
): AsyncGenerator<FilesPage> {
  const { open, present, gone } = await compare(ctx, repository, since, target);
  yield* naming('deletes', repository, gone);
  yield* naming('present', repository, present);
  let draft = new DocumentDraft<FileRow>();
  for await (const group of inGroups(open, READ_TOGETHER)) {
    const readings = await Promise.all(group.map((file) => readFile(ctx, repository, file)));
    for (const [at, file] of group.entries()) {
      const reading = readings[at];
      if (reading?.type !== 'read') continue;
      draft.add({ ...fileRow(ctx.config.base_url, repository, file), ...reading.found }, reading.failure);
    }
    const last = group.at(-1);
    if (!draft.isFull || !last) continue;
    yield draft.page({ ...since, next: { ...target, after: last.path } });
    draft = new DocumentDraft();
  }
  yield { ...draft.page({ rules: since.rules, done: target }), ...(!since.done && { complete: true }) };
}
