import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EXTRACTOR_VERSION } from '../../documents/extract-text.ts';
import { serviceAddress } from './addresses.ts';
import type { S3Config } from './config.ts';
import { KnownObjects, MOST_KNOWN } from './known-objects.ts';
import type { StoredObject } from './open-store.ts';

const MOST_RETRIES = 500;

/**
 * Where a read stands. The objects of a small prefix are remembered one by one; of a large one only the moment is, up to
 * which everything was read, so that the cursor stays small. Which objects are gone needs no memory: every run lists all.
 */
export const S3Cursor = z.object({
  /** Fingerprint of the settings that decide what is read and how. */
  rules: z.string(),
  seenTo: z.number(),
  known: z
    .base64()
    .max(MOST_KNOWN * 8)
    .optional(),
  /** The run that was under way: everything up to the key `after` was read in it. */
  run: z.object({ startedAt: z.number(), after: z.string() }).optional(),
  /** Keys that could not be read and must be tried again although they do not change. */
  retry: z.array(z.string()).max(MOST_RETRIES),
});

export type S3Cursor = z.output<typeof S3Cursor>;

/** Stores refuse requests from clocks that are more than 15 minutes off, so theirs is no further from ours. */
export const LOOKBACK_MS = 20 * 60_000;
/** An object that was uploaded in parts bears the moment when its upload began, and appears when it ends. */
export const PARTS_LOOKBACK_MS = 24 * 60 * 60_000;

/** The ETag of an upload in parts ends in their number. */
const inParts = ({ etag }: StoredObject): boolean => /-\d+"?$/.test(etag);

export interface ChangeTracker {
  /** Whether the object is as an earlier read left it. */
  isKnown(object: StoredObject): boolean;
  /** Notes that the object was read, or found to be known. */
  took(object: StoredObject): void;
  /** Notes that the object could not be read and may be readable later without a change. */
  retryLater(object: StoredObject): void;
  /** The cursor after the objects up to `key`; none while an interrupted run's ground is covered again. */
  during(key: string): S3Cursor | undefined;
  /** The cursor after the whole run. */
  done(): S3Cursor;
}

const rulesOf = (config: S3Config, prefix: string): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        EXTRACTOR_VERSION,
        serviceAddress(config),
        config.bucket,
        prefix,
        config.include,
        config.exclude,
        config.max_file_bytes,
      ]),
    )
    .digest('base64url')
    .slice(0, 16);

/** Whether key `a` comes after `b` in a listing, which goes by the bytes of UTF-8. */
const isAfter = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;

/** Starts a run over a prefix at `now` (milliseconds since the epoch) from an earlier cursor, as far as it still counts. */
export function trackChanges(
  config: S3Config,
  prefix: string,
  now: number,
  stored: S3Cursor | undefined,
): ChangeTracker {
  const rules = rulesOf(config, prefix);
  const since = stored?.rules === rules ? stored : undefined;
  // A moment in the future was taken from a clock that was wrong; nothing can be concluded from it.
  const seenTo = since && since.seenTo <= now ? since.seenTo : 0;
  const cut = since?.run && since.run.startedAt <= now ? since.run : undefined;
  const before = since?.known === undefined ? undefined : KnownObjects.parse(since.known);
  const again = new Set(since?.retry);
  const known = new KnownObjects();
  const failed = new Set<string>();

  const unchangedSince = (object: StoredObject, moment: number): boolean =>
    object.modifiedAt < moment - (inParts(object) ? PARTS_LOOKBACK_MS : LOOKBACK_MS);
  const readInCutRun = (object: StoredObject): boolean =>
    cut !== undefined && !isAfter(object.key, cut.after) && unchangedSince(object, cut.startedAt);

  return {
    isKnown: (object) =>
      !again.has(object.key) && ((before?.has(object) ?? unchangedSince(object, seenTo)) || readInCutRun(object)),
    took: (object) => known.add(object),
    retryLater: ({ key }) => void failed.add(key),
    during(key) {
      const retry = [...new Set([...again, ...failed])];
      if ((cut && !isAfter(key, cut.after)) || retry.length > MOST_RETRIES) return undefined;
      const run = { startedAt: now, after: key };
      return { rules, seenTo, ...(since?.known !== undefined && { known: since.known }), run, retry };
    },
    done() {
      const tooMany = failed.size > MOST_RETRIES;
      const text = known.toText();
      return {
        rules,
        seenTo: tooMany ? seenTo : now,
        ...(text !== undefined && { known: text }),
        retry: tooMany ? [] : [...failed],
      };
    },
  };
}
