import { none } from '../../kit/auth.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { WebConfig } from './config.ts';
import { WebCursor } from './crawl-memory.ts';
import { describePage, pageText, WebPage } from './web-page.ts';

/** The pages of a web site and the documents that they link to. */
export const web = defineConnector(
  {
    id: 'web',
    title: 'Web site',
    description: 'Pages and documents of a public web site, found by its sitemaps and links.',
    labels: ['web'],
    auth: [none],
    config: WebConfig,
    endpoint: ['start_urls'],
    limits: { requestsPerMinute: 600, concurrency: 4 },
    async check(ctx) {
      const { checkSite } = await import('./check-site.ts');
      return await checkSite(ctx);
    },
  },
  (stream) => ({
    pages: stream({
      title: 'Pages',
      entityType: 'WebPageEntity',
      row: WebPage,
      cursor: WebCursor,
      primaryKey: ['url'],
      incremental: true,
      key: (row) => row.url,
      text: pageText,
      describe: describePage,
      fields: ({ text: _text, ...kept }) => kept,
      async *read(ctx, since) {
        const { readPages } = await import('./read-pages.ts');
        yield* readPages(ctx, since);
      },
    }),
  }),
);
