import type { ListedObject } from '../../documents/known-objects.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import { serviceAddress, usesPathStyle } from './addresses.ts';
import type { S3Context } from './config.ts';
import { requestHandler } from './request-handler.ts';
import { toConnectorError } from './s3-error.ts';

/** `modifiedAt` is in whole seconds; of an upload in parts it is the moment when it began. */
export interface StoredObject extends ListedObject {
  readonly storageClass: string | undefined;
}

export interface ObjectPage {
  /** In the order of the keys' UTF-8 bytes. */
  readonly objects: readonly StoredObject[];
  /** Give it to the next call; absent on the last page. */
  readonly next: string | undefined;
}

/** One bucket. */
export interface ObjectStore {
  /** Up to `most` (1,000) objects whose keys begin with `prefix`. Throws `ConnectorError`. */
  list(prefix: string, options?: { readonly after?: string; readonly most?: number }): Promise<ObjectPage>;
  /** The bytes of the current version. Throws what S3 said, see `s3Code`, or `ConnectorError`. */
  get(key: string): Promise<Buffer>;
}

const MOST_LISTED = 1_000;
/** Keys are at most 1,024 bytes long, and every byte may be escaped. */
const LISTING_BYTES = 8_000_000;

async function makeClient(ctx: S3Context) {
  const { config, credentials } = ctx;
  // Loaded with the first request: listing and configuring sources needs no SDK.
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    endpoint: serviceAddress(config),
    forcePathStyle: usesPathStyle(config),
    region: config.region,
    credentials: {
      accessKeyId: credentials.access_key_id,
      secretAccessKey: credentials.secret_access_key.reveal(),
      ...(credentials.session_token && { sessionToken: credentials.session_token.reveal() }),
    },
    requestHandler: requestHandler(ctx.http, Math.max(LISTING_BYTES, config.max_file_bytes)),
    // The kit tries again.
    maxAttempts: 1,
    // Stores that are not Amazon's often know no newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // What is left out here, the SDK would look for in the environment and the profiles of the host.
    defaultsMode: 'standard',
    retryMode: 'standard',
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    disableS3ExpressSessionAuth: true,
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'tributary',
  });
  return { sdk, client };
}

/** Keys may hold what XML cannot; they come escaped as in a form, when the store knows how. */
const unescaped = (key: string, encoding: string | undefined): string =>
  encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;

/** The bucket of the configuration, spoken to through the guarded HTTP client. */
export async function openStore(ctx: S3Context): Promise<ObjectStore> {
  const { sdk, client } = await makeClient(ctx);
  const Bucket = ctx.config.bucket;
  return {
    async list(prefix, { after, most = MOST_LISTED } = {}) {
      try {
        const answer = await client.send(
          new sdk.ListObjectsV2Command({
            Bucket,
            Prefix: prefix,
            MaxKeys: most,
            EncodingType: 'url',
            ContinuationToken: after,
          }),
        );
        // Any other 200 (a portal, a proxy) must not pass for an empty bucket.
        if (answer.IsTruncated === undefined || (answer.IsTruncated && !answer.NextContinuationToken))
          throw new ConnectorError(
            'invalid_answer',
            `${serviceAddress(ctx.config)} did not list the bucket as S3 does.`,
          );
        return {
          objects: (answer.Contents ?? []).map((one) => ({
            key: unescaped(one.Key ?? '', answer.EncodingType),
            size: one.Size ?? 0,
            etag: one.ETag ?? '',
            modifiedAt: one.LastModified?.getTime() ?? 0,
            storageClass: one.StorageClass,
          })),
          next: answer.IsTruncated ? answer.NextContinuationToken : undefined,
        };
      } catch (error) {
        ctx.signal.throwIfAborted();
        throw toConnectorError(error, ctx.config);
      }
    },
    async get(key) {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket, Key: key }));
      return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    },
  };
}
