import { z } from 'zod';

export const RssConfig = z.object({
  urls: z
    .array(z.url({ protocol: /^https?$/ }).max(2_000))
    .min(1)
    .max(100)
    .meta({ title: 'Feeds', description: 'Addresses of feeds, or of pages that name their feed.' }),
  keep_days: z.int().min(1).max(36_500).optional().meta({
    title: 'Keep for days',
    description:
      'Delete items this many days after they were published. Left out: items stay, also when they left the feed.',
  }),
  fetch_full_text: z.boolean().default(false).meta({
    title: 'Fetch the full text',
    description: 'Also read the page that an item links to, unless its robots.txt forbids it.',
  }),
});

export type RssConfig = z.output<typeof RssConfig>;
