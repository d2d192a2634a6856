import { describeConnector } from '../../kit/connector-contract.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { rss } from './index.ts';

let server: WebServer;

const itemsOf = (count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, at) => `<item><title>Item ${at}</title><link>https://feeds.example/items/${at}</link><guid>${at}</guid>
    <pubDate>Tue, 02 Jan 2024 03:04:05 GMT</pubDate><description>Words of item ${at}.</description></item>`,
  );

async function startFeed(count: number): Promise<WebServer> {
  server = await startWebServer();
  const body = `<rss version="2.0"><channel><title>News</title><link>https://feeds.example/</link>${itemsOf(count).join('')}</channel></rss>`;
  server.set('/feed.xml', { headers: { 'content-type': 'application/rss+xml', etag: '"one"' }, body });
  for (let at = 0; at < count; at += 1) server.set(`/items/${at}`, `<p>The whole of item ${at}.</p>`);
  return server;
}

const options = {
  http: { hosts: ['feeds.example'] },
  cleanup: () => server.close(),
};

describeConnector(rss, {
  ...options,
  prepare: async () => ({
    config: { urls: ['https://feeds.example/feed.xml'] },
    upstream: (await startFeed(450)).origin,
  }),
});

describeConnector(
  { ...rss, id: 'rss-full-text' },
  {
    ...options,
    prepare: async () => ({
      config: { urls: ['https://feeds.example/feed.xml'], fetch_full_text: true, keep_days: 36_500 },
      upstream: (await startFeed(50)).origin,
    }),
  },
);
