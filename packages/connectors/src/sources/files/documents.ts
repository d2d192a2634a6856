import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { FileEntry } from '../../kit/file-access.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import { trackChanges } from './change-tracker.ts';
import type { FilesCursor } from './change-tracker.ts';
import { pathFilter } from './config.ts';
import type { FilesConfig } from './config.ts';
import { extractText, MOST_TEXT } from './extract-text.ts';
import { mediaTypeOf } from './media-types.ts';
import { Unreadable } from './unreadable.ts';

export const Document = z.object({
  path: z.string(),
  name: z.string(),
  url: z.string(),
  size: z.number(),
  modified_at: z.string(),
  media_type: z.string(),
  language: z.string().optional(),
  title: z.string().optional(),
  /** The file's words; kept for search only. */
  text: z.string().optional(),
});

export type Document = z.output<typeof Document>;
type Context = ConnectorContext<FilesConfig>;

const READ_TOGETHER = 8;
const MOST_UPSERTS = 200;
const MOST_PRESENT = 1_000;
const MOST_PAGE_TEXT = 4_000_000;

type Outcome =
  | { readonly type: 'gone' }
  | { readonly type: 'read'; readonly row: Document; readonly failure?: RecordFailure; readonly retry: boolean };

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function rowOf(folder: string, entry: FileEntry): Document {
  const { mediaType, language } = mediaTypeOf(entry.path);
  return {
    path: entry.path,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    url: pathToFileURL(`${folder}/${entry.path}`).href,
    size: entry.size,
    modified_at: new Date(entry.modifiedAt).toISOString(),
    media_type: mediaType,
    ...(language !== undefined && { language }),
  };
}

/** Reads one file. Whatever is wrong with it, the record stays findable by its name and the stream goes on. */
async function readDocument(ctx: Context, folder: string, entry: FileEntry): Promise<Outcome> {
  const row = rowOf(folder, entry);
  const failed = (code: string, message: string, retry: boolean): Outcome => ({
    type: 'read',
    row,
    failure: { key: entry.path, code, message: `${entry.path}: ${message}` },
    retry,
  });
  const type = mediaTypeOf(entry.path);
  if (type.reader === 'none') return { type: 'read', row, retry: false };
  const { max_file_bytes: most } = ctx.config;
  if (entry.size > most) return failed('too_large', `larger than ${most} bytes; only its name can be found.`, false);
  try {
    const bytes = await ctx.files.read(ctx.config.path, entry.path, most);
    const { isCut, ...found } = (await extractText(type, bytes, ctx.signal)) ?? {};
    const read: Outcome = { type: 'read', row: { ...row, ...found }, retry: false };
    if (!isCut) return read;
    const message = `${entry.path}: only the first ${MOST_TEXT} characters can be found.`;
    return { ...read, failure: { key: entry.path, code: 'too_large', message } };
  } catch (error) {
    ctx.signal.throwIfAborted();
    // Gone, or swapped for a link, since it was listed: not among the files any more.
    if (isGone(error)) return { type: 'gone' };
    if (error instanceof Unreadable) return failed(error.code, error.message, false);
    const why = error instanceof ConnectorError ? error.message : `cannot be read (${errorCode(error) || 'unknown'}).`;
    return failed('unreadable', why, true);
  }
}

const isGone = (error: unknown): boolean =>
  ['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errorCode(error)) ||
  (error instanceof ConnectorError && (error.reason === 'refused' || errorCode(error.cause) === 'ENOENT'));

/** Collects what one page will hold. */
class Draft {
  readonly upserts: Document[] = [];
  readonly present: string[] = [];
  readonly failures: RecordFailure[] = [];
  #text = 0;

  add({ row, failure }: Outcome & { type: 'read' }): void {
    this.upserts.push(row);
    this.#text += row.text?.length ?? 0;
    if (failure) this.failures.push(failure);
  }

  get isFull(): boolean {
    return this.upserts.length >= MOST_UPSERTS || this.present.length >= MOST_PRESENT || this.#text >= MOST_PAGE_TEXT;
  }

  page(cursor: FilesCursor | undefined): Page<Document, FilesCursor> {
    const { upserts, present, failures } = this;
    return { upserts, present, failures, ...(cursor && { cursor }) };
  }
}

/** Groups of files that may be read at the same time, in their order. */
async function* inGroups(entries: AsyncIterable<FileEntry>): AsyncGenerator<readonly FileEntry[]> {
  let group: FileEntry[] = [];
  for await (const entry of entries) {
    group.push(entry);
    if (group.length < READ_TOGETHER) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

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

  let draft = new Draft();
  const entries = ctx.files.walk(ctx.config.path, { signal: ctx.signal, enter: filter.enters, onUnreadable });
  for await (const group of inGroups(entries)) {
    const taken = group.filter((entry) => filter.takes(entry.path));
    const known = taken.map((entry) => tracker.isKnown(entry));
    const outcomes = await Promise.all(
      taken.map(async (entry, at) => (known[at] ? undefined : await readDocument(ctx, folder, entry))),
    );
    for (const [at, entry] of taken.entries()) {
      const outcome = outcomes[at];
      if (!outcome) draft.present.push(entry.path);
      else if (outcome.type === 'read') {
        draft.add(outcome);
        if (outcome.retry) tracker.retryLater(entry.path);
      }
    }
    const last = group.at(-1);
    if (!draft.isFull || !last) continue;
    draft.failures.push(...unlisted.splice(0));
    yield draft.page(tracker.during(last.path));
    draft = new Draft();
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
  const folders = row.path.split('/').slice(0, -1);
  return {
    name: row.title ?? row.name,
    url: row.url,
    updatedAt: Date.parse(row.modified_at),
    breadcrumbs: folders.map((name, index) => ({ id: folders.slice(0, index + 1).join('/'), name, type: 'folder' })),
  };
}
