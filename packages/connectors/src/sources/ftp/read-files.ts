import { z } from 'zod';
import { documentFields, folderBreadcrumbs, unopened } from '../../documents/document.ts';
import { DocumentDraft } from '../../documents/document-draft.ts';
import { trackChanges } from '../../documents/listing-tracker.ts';
import type { ListingCursor } from '../../documents/listing-tracker.ts';
import type { ListedObject } from '../../documents/known-objects.ts';
import { pathFilter } from '../../documents/path-filter.ts';
import { readDocument } from '../../documents/read-document.ts';
import type { DocumentFault, DocumentReading } from '../../documents/read-document.ts';
import { Unreadable } from '../../documents/unreadable.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { Page } from '../../kit/page.ts';
import { reachOf } from './config.ts';
import type { FtpConfig, FtpContext } from './config.ts';
import { joinPath } from './remote-folder.ts';
import { FtpSession } from './session.ts';
import { walk } from './walk.ts';
import type { WalkedFile } from './walk.ts';

export const FileRow = z.object({
  path: z.string(),
  url: z.string(),
  modified_at: z.string().optional(),
  ...documentFields,
});
export type FileRow = z.output<typeof FileRow>;

/** A file may be written twice within the second that its date tells, and still grow; it is read once more. */
const FRESH_MS = 120_000;

function rowOf(config: FtpConfig, file: WalkedFile): FileRow {
  const { protocol, host, port, workingDir } = config;
  const path = joinPath(workingDir, file.path).split('/').map(encodeURIComponent).join('/');
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return {
    path: file.path,
    url: `${protocol.toLowerCase()}://${name}:${port}${path.startsWith('/') ? '' : '/'}${path}`,
    ...(file.modifiedAt !== undefined && { modified_at: new Date(file.modifiedAt).toISOString() }),
    ...unopened(file.path, file.size),
  };
}

/** Where a server tells no exact date, its words stand in for one, and nothing is concluded from the time. */
const listedAs = ({ path, size, modifiedAt, rawDate }: WalkedFile): ListedObject => ({
  key: path,
  size,
  etag: modifiedAt === undefined ? `date ${rawDate} of the listing` : '',
  modifiedAt: modifiedAt ?? Number.MAX_SAFE_INTEGER,
});

const isFresh = ({ modifiedAt }: WalkedFile, now: number): boolean =>
  modifiedAt !== undefined && modifiedAt > now - FRESH_MS;

function faultOf(error: unknown): DocumentFault {
  if (error instanceof ConnectorError && error.reason === 'invalid_answer')
    return { code: 'unreadable', message: `cannot be read. ${error.message}`, retry: true };
  throw error;
}

function readFile(ctx: FtpContext, session: FtpSession, { path, size }: WalkedFile): Promise<DocumentReading> {
  const { max_file_bytes: maxFileBytes, workingDir } = ctx.config;
  return readDocument({
    key: path,
    path,
    size,
    maxFileBytes,
    signal: ctx.signal,
    async bytes() {
      const bytes = await session.use((folder) => folder.read(joinPath(workingDir, path), maxFileBytes));
      if (bytes.length > maxFileBytes) throw new Unreadable('too_large', `larger than ${maxFileBytes} bytes.`);
      return bytes;
    },
    faultOf,
  });
}

/** Decide what is read and how. */
const settingsOf = ({ host, port, protocol, workingDir, include, exclude, max_file_bytes }: FtpConfig) => [
  host,
  port,
  protocol,
  workingDir,
  include,
  exclude,
  max_file_bytes,
];

/**
 * Lists the whole folder in every run, reads what changed and names the rest as present, so that the engine can sweep what is
 * gone. When a folder could not be listed the run does not claim to be complete.
 */
export async function* readFiles(
  ctx: FtpContext,
  since: ListingCursor | undefined,
): AsyncGenerator<Page<FileRow, ListingCursor>> {
  const session = new FtpSession(reachOf(ctx), ctx.clock);
  const now = ctx.clock.now();
  const tracker = trackChanges(settingsOf(ctx.config), now, since);
  const filter = pathFilter(ctx.config);
  let complete = true;
  let draft = new DocumentDraft<FileRow>();
  const files = walk({
    session,
    root: ctx.config.workingDir,
    enter: filter.enters,
    onUnreadable(path, error) {
      complete = false;
      draft.failures.push({ key: path, code: 'unreadable', message: error.message });
    },
  });
  try {
    for await (const file of files) {
      ctx.signal.throwIfAborted();
      if (!filter.takes(file.path)) continue;
      const listed = listedAs(file);
      const reading = tracker.isKnown(listed) ? undefined : await readFile(ctx, session, file);
      if (reading?.type === 'read' && reading.retry) tracker.retryLater(listed);
      else if (!isFresh(file, now)) tracker.took(listed);
      put(draft, ctx.config, file, reading);
      if (!draft.isFull) continue;
      yield draft.page(tracker.during(file.path));
      draft = new DocumentDraft();
    }
    yield { ...draft.page(tracker.done()), ...(complete && { complete }) };
  } finally {
    await session.close();
  }
}

/** A file that is gone since it was listed is not named. */
function put(draft: DocumentDraft<FileRow>, config: FtpConfig, file: WalkedFile, reading?: DocumentReading): void {
  if (reading?.type === 'read') draft.add({ ...rowOf(config, file), ...reading.found }, reading.failure);
  else if (!reading) draft.present.push(file.path);
}

/** The words to search; a file without any is found by its path. */
export const fileText = (row: FileRow): string => row.text ?? row.path.replaceAll('/', ' ');

export function describeFile(row: FileRow): RecordDescription {
  return {
    name: row.title ?? row.name,
    url: row.url,
    ...(row.modified_at !== undefined && { updatedAt: Date.parse(row.modified_at) }),
    breadcrumbs: folderBreadcrumbs(row.path),
  };
}
