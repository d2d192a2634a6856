import { describeConnector } from '../../kit/connector-contract.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { web } from './index.ts';

let server: WebServer;

describeConnector(web, {
  http: { hosts: ['site.example'] },
  async prepare() {
    server = await startWebServer();
    const links = Array.from({ length: 60 }, (_, at) => `<a href="/page/${at}">${at}</a>`).join(' ');
    server.set('/', `<title>Start</title><p>Welcome.</p>${links}`);
    for (let at = 0; at < 60; at += 1)
      server.set(`/page/${at}`, {
        headers: at % 2 === 0 ? { etag: `"v${at}"` } : {},
        body: `<title>Page ${at}</title><p>Words of page ${at}.</p><a href="/deep/${at % 7}">more</a>`,
      });
    for (let at = 0; at < 7; at += 1) server.set(`/deep/${at}`, `<title>Deep ${at}</title><p>Deep words ${at}.</p>`);
    server.set('/sitemap.xml', {
      headers: { 'content-type': 'application/xml' },
      body: '<urlset><url><loc>https://site.example/listed</loc></url></urlset>',
    });
    server.set('/listed', '<title>Listed</title><p>Only the sitemap knows.</p>');
    return { config: { start_urls: ['https://site.example'], requests_per_minute: 600 }, upstream: server.origin };
  },
  cleanup: () => server.close(),
});
