import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EXTRACTOR_VERSION } from './extract-text.ts';
import { KnownObjects, MOST_KNOWN } from './known-objects.ts';
import type { ListedObject } from './known-objects.ts';

const MOST_RETRIES = 500;

/**
 * Where a read stands. The objects of a small listing are remembered one by one; of a large one only the moment is, up to
 * which everything was read, so that the cursor stays small. Which objects are gone needs no memory: every run lists all.
 */
export const ListingCursor = z.object({
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

export type ListingCursor = z.output<typeof ListingCursor>;

/** Stores refuse requests from clocks that are more than 15 minutes off, so theirs is no further from ours. */
export const LOOKBACK_MS = 20 * 60_000;
/** An object that was uploaded in parts bears the moment when its upload began, and appears when it ends. */
export const PARTS_LOOKBACK_MS = 24 * 60 * 60_000;

/** The ETag of an upload in parts ends in their number. */
const inParts = ({ etag }: ListedObject): boolean => /-\d+"?$/.test(etag);

export interface ChangeTracker {
  /** Whether the object is as an earlier read left it. */
  isKnown(object: ListedObject): boolean;
  /** Notes that the object was read, or found to be known. */
  took(object: ListedObject): void;
  /** Notes that the object could not be read and may be readable later without a change. */
  retryLater(object: ListedObject): void;
  /** The cursor after the objects up to `key`; none while an interrupted run's ground is covered again. */
  during(key: string): ListingCursor | undefined;
  /** The cursor after the whole run. */
  done(): ListingCursor;
}

const fingerprint = (rules: readonly unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([EXTRACTOR_VERSION, ...rules]))
    .digest('base64url')
    .slice(0, 16);

/** Whether key `a` comes after `b` in a listing, which goes by the bytes of UTF-8. */
const isAfter = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;

/**
 * Starts a run over a listing at `now` (milliseconds since the epoch) from an earlier cursor, as far as it still counts: under
 * other `settings` (those that decide what is read and how) it does not. The listing must go by the bytes of its keys.
 */
export function trackChanges(
  settings: readonly unknown[],
  now: number,
  stored: ListingCursor | undefined,
): ChangeTracker {
  const rules = fingerprint(settings);
  const since = stored?.rules === rules ? stored : undefined;
  // A moment in the future was taken from a clock that was wrong; nothing can be concluded from it.
  const seenTo = since && since.seenTo <= now ? since.seenTo : 0;
  const cut = since?.run && since.run.startedAt <= now ? since.run : undefined;
  const before = since?.known === undefined ? undefined : KnownObjects.parse(since.known);
  const again = new Set(since?.retry);
  const known = new KnownObjects();
  const failed = new Set<string>();

  const unchangedSince = (object: ListedObject, moment: number): boolean =>
    object.modifiedAt < moment - (inParts(object) ? PARTS_LOOKBACK_MS : LOOKBACK_MS);
  const readInCutRun = (object: ListedObject): boolean =>
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
