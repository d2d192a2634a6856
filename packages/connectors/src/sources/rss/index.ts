import { z } from 'zod';
import { none } from '../../kit/auth.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { RssConfig } from './config.ts';
import { FeedCursor } from './feed-cursor.ts';
import { describeItem, FeedItem, itemText } from './feed-item.ts';
import { feedSlices } from './feed-slices.ts';

const Feed = z.object({ url: z.string() });

/** The items of feeds. */
export const rss = defineConnector(
  {
    id: 'rss',
    title: 'Feeds',
    description: 'Items of RSS, Atom and JSON feeds, as they come and after they have left the feed.',
    labels: ['web'],
    auth: [none],
    config: RssConfig,
    endpoint: ['urls'],
    limits: { requestsPerMinute: 300, concurrency: 4 },
    continuous: { everySeconds: 300 },
    async check(ctx) {
      const { checkFeeds } = await import('./check-feeds.ts');
      return await checkFeeds(ctx);
    },
  },
  (stream) => ({
    items: stream({
      title: 'Items',
      entityType: 'RssItemEntity',
      row: FeedItem,
      cursor: FeedCursor,
      primaryKey: ['id'],
      incremental: true,
      key: (row) => row.id,
      text: itemText,
      describe: describeItem,
      fields: ({ text: _text, ...kept }) => kept,
      slices: (ctx) => Promise.resolve(feedSlices(ctx.config)),
      async *read(ctx, since, slice) {
        const { readFeed } = await import('./read-feed.ts');
        yield* readFeed(ctx, Feed.parse(slice?.value).url, since);
      },
    }),
  }),
);
