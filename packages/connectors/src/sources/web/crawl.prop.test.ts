import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Holding } from '../../kit/contract-reading.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { crawl } from './testing-crawl.ts';

let site: WebServer;

beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());

const PAGES = 7;
const place = fc.integer({ min: 0, max: PAGES - 1 });

interface PlayedPage {
  readonly links: readonly number[];
  readonly words: number;
  readonly kind: 'tagged' | 'plain' | 'gone' | 'moved' | 'hidden' | 'canonical';
  readonly other: number;
}

const page: fc.Arbitrary<PlayedPage> = fc.record({
  links: fc.array(place, { maxLength: 3 }),
  words: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('tagged', 'tagged', 'tagged', 'plain', 'gone', 'moved', 'hidden', 'canonical'),
  other: place,
});

/** The whole site first, then some pages at a time. */
const history = fc.tuple(
  fc.array(page, { minLength: PAGES, maxLength: PAGES }),
  fc.array(fc.array(fc.tuple(place, page), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
);

function play(at: number, { links, words, kind, other }: PlayedPage): void {
  const path = at === 0 ? '/' : `/${at}`;
  const body = [
    ...links.map((link) => `<a href="/${link === 0 ? '' : link}">x</a>`),
    kind === 'hidden' ? '<meta name="robots" content="noindex">' : '',
    kind === 'canonical' ? `<link rel="canonical" href="/${other === 0 ? '' : other}">` : '',
    `<p>${'word '.repeat(words)}</p>`,
  ].join('');
  if (at > 0 && kind === 'gone') site.set(path, undefined);
  else if (at > 0 && kind === 'moved') site.set(path, { status: 301, headers: { location: `/${other || ''}` } });
  else
    site.set(path, {
      body,
      headers: kind === 'plain' ? {} : { etag: `"${Buffer.from(body).toString('base64url').slice(-90)}"` },
    });
}

test('after every run the records are those of a crawl that knows nothing', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 1, max: 6 }), async ([first, changes], max_depth) => {
      site.clear();
      for (const [at, one] of first.entries()) play(at, one);
      const config = { start_urls: [site.origin], max_depth, use_sitemap: false, respect_robots: true };
      const holding = new Holding();
      let { cursor } = await crawl(config, { holding });
      for (const step of changes) {
        for (const [at, one] of step) play(at, one);
        ({ cursor } = await crawl(config, { since: cursor, holding }));
        const fresh = new Holding();
        await crawl(config, { holding: fresh });
        expect(holding.sorted()).toEqual(fresh.sorted());
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
