import { z } from 'zod';
import { ListingCursor } from '../../documents/listing-tracker.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { auth, S3Config } from './config.ts';
import { openStore } from './open-store.ts';
import { describeObject, ObjectRow, objectText, readObjects } from './read-objects.ts';

/** The prefixes to read, none of them inside another: an object belongs to one slice. */
function prefixesOf({ prefixes }: Pick<S3Config, 'prefixes'>): readonly string[] {
  const given = prefixes.length === 0 ? [''] : [...new Set(prefixes)];
  return given.filter((one) => !given.some((other) => other !== one && one.startsWith(other)));
}

const SliceValue = z.object({ prefix: z.string() });

/** Documents, notes and code in a bucket of S3, or of a store that speaks its language. */
export const s3 = defineConnector(
  {
    id: 's3',
    title: 'S3',
    description:
      'Documents, notes and code in a bucket of Amazon S3, MinIO and others that speak its language: text, Markdown, HTML, PDF, Word, Excel, CSV and JSON.',
    labels: ['files'],
    auth,
    config: S3Config,
    endpoint: ['bucket', 'region', 'endpoint', 'path_style'],
    limits: { requestsPerMinute: 60_000, concurrency: 16 },
    continuous: { everySeconds: 300 },
    async check(ctx) {
      const store = await openStore(ctx);
      for (const prefix of prefixesOf(ctx.config)) await store.list(prefix, { most: 1 });
      return { account: ctx.config.bucket };
    },
  },
  (stream) => ({
    objects: stream({
      title: 'Objects',
      row: ObjectRow,
      cursor: ListingCursor,
      primaryKey: ['key'],
      incremental: true,
      key: (row) => row.key,
      text: objectText,
      describe: describeObject,
      fields: ({ text: _text, ...kept }) => kept,
      slices: (ctx) =>
        Promise.resolve(prefixesOf(ctx.config).map((prefix) => ({ id: `prefix=${prefix}`, value: { prefix } }))),
      read: (ctx, since, slice) => readObjects(ctx, SliceValue.parse(slice?.value).prefix, since),
    }),
  }),
);
