import { z } from 'zod';
import { documentFields, folderBreadcrumbs, unopened } from '../../documents/document.ts';
import { DocumentDraft } from '../../documents/document-draft.ts';
import { inGroups } from '../../documents/in-groups.ts';
import { trackChanges } from '../../documents/listing-tracker.ts';
import type { ListingCursor } from '../../documents/listing-tracker.ts';
import { pathFilter } from '../../documents/path-filter.ts';
import { readDocument } from '../../documents/read-document.ts';
import type { DocumentFault, DocumentReading } from '../../documents/read-document.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { Page } from '../../kit/page.ts';
import { objectUrl, serviceAddress } from './addresses.ts';
import type { S3Config, S3Context } from './config.ts';
import { openStore } from './open-store.ts';
import type { ObjectStore, StoredObject } from './open-store.ts';
import { s3Code, toConnectorError } from './s3-error.ts';

export const ObjectRow = z.object({
  key: z.string(),
  bucket: z.string(),
  url: z.string(),
  etag: z.string(),
  modified_at: z.string(),
  storage_class: z.string().optional(),
  ...documentFields,
});

export type ObjectRow = z.output<typeof ObjectRow>;

const READ_TOGETHER = 8;

function rowOf(config: S3Config, object: StoredObject): ObjectRow {
  return {
    key: object.key,
    bucket: config.bucket,
    url: objectUrl(config, object.key),
    etag: object.etag.replaceAll('"', ''),
    modified_at: new Date(object.modifiedAt).toISOString(),
    ...(object.storageClass !== undefined && { storage_class: object.storageClass }),
    ...unopened(object.key, object.size),
  };
}

/** Decide what is read and how. */
const settingsOf = (config: S3Config, prefix: string): readonly unknown[] => [
  serviceAddress(config),
  config.bucket,
  prefix,
  config.include,
  config.exclude,
  config.max_file_bytes,
];

/** What it means for one object that it could not be fetched; throws what would be the same for any other. */
function faultOf(error: unknown, config: S3Config): DocumentFault {
  const code = s3Code(error);
  if (code === 'NoSuchKey') return 'gone';
  if (code === 'InvalidObjectState')
    return { code: 'archived', message: 'lies in an archive; restore it, then refresh in full.', retry: false };
  if (code === 'AccessDenied')
    return { code: 'forbidden', message: 'may not be read; grant s3:GetObject (and kms:Decrypt) for it.', retry: true };
  // Only of this key; what the store says about the bucket or the credential is an answer, not an error of ours.
  if (error instanceof ConnectorError && error.reason === 'configuration')
    return { code: 'unreadable', message: error.message, retry: false };
  const known = toConnectorError(error, config);
  if (known.reason !== 'invalid_answer') throw known;
  return { code: 'unreadable', message: known.message, retry: true };
}

const readObject = (ctx: S3Context, store: ObjectStore, { key, size }: StoredObject): Promise<DocumentReading> =>
  readDocument({
    key,
    path: key,
    size,
    maxFileBytes: ctx.config.max_file_bytes,
    signal: ctx.signal,
    bytes: () => store.get(key),
    faultOf: (error) => faultOf(error, ctx.config),
  });

/** All objects of a prefix, without the empty ones that only stand for a folder. */
async function* listed(ctx: S3Context, store: ObjectStore, prefix: string): AsyncGenerator<StoredObject> {
  for (let after: string | undefined, more = true; more;) {
    ctx.signal.throwIfAborted();
    const { objects, next } = await store.list(prefix, after === undefined ? {} : { after });
    yield* objects.filter(({ key }) => !key.endsWith('/'));
    after = next;
    more = next !== undefined;
  }
}

/**
 * Lists the prefix in every run, reads what changed and names the rest as present, so that the engine can sweep what is
 * gone. A listing that breaks off throws, and claims nothing.
 */
export async function* readObjects(
  ctx: S3Context,
  prefix: string,
  since: ListingCursor | undefined,
): AsyncGenerator<Page<ObjectRow, ListingCursor>> {
  const store = await openStore(ctx);
  const tracker = trackChanges(settingsOf(ctx.config, prefix), ctx.clock.now(), since);
  const filter = pathFilter(ctx.config);
  let draft = new DocumentDraft<ObjectRow>();
  for await (const group of inGroups(listed(ctx, store, prefix), READ_TOGETHER)) {
    const taken = group.filter(({ key }) => filter.takes(key));
    const readings = await Promise.all(
      taken.map(async (object) => (tracker.isKnown(object) ? undefined : await readObject(ctx, store, object))),
    );
    for (const [at, object] of taken.entries()) {
      const reading = readings[at];
      if (reading?.type === 'gone') continue;
      if (reading?.type === 'read' && reading.retry) tracker.retryLater(object);
      else tracker.took(object);
      if (reading) draft.add({ ...rowOf(ctx.config, object), ...reading.found }, reading.failure);
      else draft.present.push(object.key);
    }
    const last = group.at(-1);
    if (!draft.isFull || !last) continue;
    yield draft.page(tracker.during(last.key));
    draft = new DocumentDraft();
  }
  yield { ...draft.page(tracker.done()), complete: true };
}

/** The words to search; an object without any is found by its key. */
export const objectText = (row: ObjectRow): string => row.text ?? row.key.replaceAll('/', ' ');

export function describeObject(row: ObjectRow): RecordDescription {
  return {
    name: row.title ?? row.name,
    url: row.url,
    updatedAt: Date.parse(row.modified_at),
    breadcrumbs: [{ id: row.bucket, name: row.bucket, type: 'bucket' }, ...folderBreadcrumbs(row.key)],
  };
}
