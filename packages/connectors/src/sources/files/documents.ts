import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { documentFields, folderBreadcrumbs, unopened } from '../../documents/document.ts';
import { DocumentDraft } from '../../documents/document-draft.ts';
import { inGroups } from '../../documents/in-groups.ts';
import { pathFilter } from '../../documents/path-filter.ts';
import { readDocument } from '../../documents/read-document.ts';
import type { DocumentFault, DocumentReading } from '../../documents/read-document.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { FileEntry } from '../../kit/file-access.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import { trackChanges } from './change-tracker.ts';
import type { FilesCursor } from './change-tracker.ts';
import type { FilesConfig } from './config.ts';

export const Document = z.object({
  path: z.string(),
  url: z.string(),
  modified_at: z.string(),
  ...documentFields,
});

export type Document = z.output<typeof Document>;
type Context = ConnectorContext<FilesConfig>;

const READ_TOGETHER = 8;

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function rowOf(folder: string, entry: FileEntry): Document {
  return {
    path: entry.path,
    url: pathToFileURL(`${folder}/${entry.path}`).href,
    modified_at: new Date(entry.modifiedAt).toISOString(),
    ...unopened(entry.path, entry.size),
  };
}

const readEntry = (ctx: Context, { path, size }: FileEntry): Promise<DocumentReading> =>
  readDocument({
    key: path,
    path,
    size,
    maxFileBytes: ctx.config.max_file_bytes,
    signal: ctx.signal,
    bytes: () => ctx.files.read(ctx.config.path, path, ctx.config.max_file_bytes),
    faultOf,
  });

function faultOf(error: unknown): DocumentFault {
  // Gone, or swapped for a link, since it was listed: not among the files any more.
  if (isGone(error)) return 'gone';
  const why = error instanceof ConnectorError ? error.message : `cannot be read (${errorCode(error) || 'unknown'}).`;
  return { code: 'unreadable', message: why, retry: true };
}

const isGone = (error: unknown): boolean =>
  ['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errorCode(error)) ||
  (error instanceof ConnectorError && (error.reason === 'refused' || errorCode(error.cause) === 'ENOENT'));

/**
 * Lists the whole folder in every run, reads what changed and names the rest as present, so that the engine can sweep
 * what is gone. When a folder could not be listed the run does not claim to be complete.
 */
export async function* readDocuments(
  ctx: Context,
  since: FilesCursor | undefined,
): AsyncGenerator<Page<Document, FilesCursor>> {
  const startedAt = ctx.clock.now();
  const folder = await ctx.files.resolve(ctx.config.path);
  const identity = await ctx.files.identity(ctx.config.path);
  const tracker = trackChanges(ctx.config, identity, startedAt, since);
  const filter = pathFilter(ctx.config);
  let complete = true;
  const unlisted: RecordFailure[] = [];
  const onUnreadable = (path: string): void => {
    complete = false;
    tracker.retryLater(path);
    unlisted.push({ key: path, code: 'unreadable', message: `${path}: cannot be looked at; change its permissions.` });
  };

  let draft = new DocumentDraft<Document>();
  const entries = ctx.files.walk(ctx.config.path, { signal: ctx.signal, enter: filter.enters, onUnreadable });
  for await (const group of inGroups(entries, READ_TOGETHER)) {
    const taken = group.filter((entry) => filter.takes(entry.path));
    const known = taken.map((entry) => tracker.isKnown(entry));
    const outcomes = await Promise.all(
      taken.map(async (entry, at) => (known[at] ? undefined : await readEntry(ctx, entry))),
    );
    for (const [at, entry] of taken.entries()) {
      const outcome = outcomes[at];
      if (!outcome) draft.present.push(entry.path);
      else if (outcome.type === 'read') {
        draft.add({ ...rowOf(folder, entry), ...outcome.found }, outcome.failure);
        if (outcome.retry) tracker.retryLater(entry.path);
      }
    }
    const last = group.at(-1);
    if (!draft.isFull || !last) continue;
    draft.failures.push(...unlisted.splice(0));
    yield draft.page(tracker.during(last.path));
    draft = new DocumentDraft();
  }
  draft.failures.push(...unlisted.splice(0));
  // A disk that was unmounted under the walk looks like a folder whose files are gone.
  if ((await ctx.files.identity(ctx.config.path)) !== identity) {
    throw new ConnectorError('unavailable', `${ctx.config.path} was replaced or unmounted while it was read.`);
  }
  yield { ...draft.page(tracker.done()), ...(complete && { complete }) };
}

/** The words to search; a file without any is found by its path. */
export const documentText = (row: Document): string => row.text ?? row.path.replaceAll('/', ' ');

export function describeDocument(row: Document): RecordDescription {
  return {
    name: row.title ?? row.name,
    url: row.url,
    updatedAt: Date.parse(row.modified_at),
    breadcrumbs: folderBreadcrumbs(row.path),
  };
}
