import { z } from 'zod';

/** Items of one feed that a cursor can hold; it is then about 130 KB. */
export const MOST_TRACKED = 2_000;

/** An item that must be known in the next run: its id, a hash of what the feed said of it, and the day it counts from. */
const TrackedItem = z.tuple([z.string().max(64), z.string().max(32), z.int()]);
export type TrackedItem = z.output<typeof TrackedItem>;

/** Where the reading of one feed stands; a slice each. */
export const FeedCursor = z.object({
  /** Fingerprint of the settings that decide what a record is. */
  rules: z.string().max(100),
  /** The feed that the page in the settings named. */
  address: z.string().max(4_000).optional(),
  etag: z.string().max(1_000).optional(),
  modified: z.string().max(100).optional(),
  /** Only when items are deleted by age, or their pages are fetched. */
  items: z.array(TrackedItem).max(MOST_TRACKED).optional(),
});

export type FeedCursor = z.output<typeof FeedCursor>;
