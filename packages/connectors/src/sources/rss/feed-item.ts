import { z } from 'zod';
import type { RecordDescription } from '../../kit/connector.ts';

export const FeedItem = z.object({
  /** The feed and the item's own name in it, hashed: names may be of any length. */
  id: z.string(),
  /** Without the values of its query, which may be a key. */
  feed: z.string(),
  feed_title: z.string().optional(),
  guid: z.string().optional(),
  url: z.string().optional(),
  title: z.string().optional(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  language: z.string().optional(),
  published_at: z.string().optional(),
  updated_at: z.string().optional(),
  enclosures: z.array(z.object({ url: z.string(), type: z.string().optional() })),
  /** Kept for search only. */
  text: z.string(),
});

export type FeedItem = z.output<typeof FeedItem>;

/** The words to search. */
export const itemText = (row: FeedItem): string =>
  [row.title ?? '', row.categories.join(', '), row.text].filter((part) => part !== '').join('\n\n') ||
  (row.url ?? row.feed);

export function describeItem(row: FeedItem): RecordDescription {
  const createdAt = row.published_at === undefined ? undefined : Date.parse(row.published_at);
  const updatedAt = row.updated_at === undefined ? createdAt : Date.parse(row.updated_at);
  const name = row.title ?? (row.text.slice(0, 80).replace(/\s+/g, ' ').trim() || row.url || row.feed);
  return {
    name,
    ...(row.url !== undefined && { url: row.url }),
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
    breadcrumbs: [{ id: row.feed, name: row.feed_title ?? row.feed, type: 'feed' }],
  };
}
