import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Holding } from '../../kit/contract-reading.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { crawl } from './testing-crawl.ts';
import type { CrawlRun } from './testing-crawl.ts';

let site: WebServer;
let holding: Holding;
let cursor: unknown;

beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());
beforeEach(() => {
  site.clear();
  holding = new Holding();
  cursor = undefined;
});

const links = (...hrefs: readonly string[]): string => hrefs.map((href) => `<a href="${href}">link</a>`).join(' ');
/** A page whose validator changes with its body. */
const page = (body: string) => ({ headers: { etag: `"${Buffer.from(body).toString('hex').slice(-60)}"` }, body });

/** The next job after those before. */
async function sync(config: object = {}): Promise<CrawlRun> {
  site.forget();
  const run = await crawl({ start_urls: [site.origin], ...config }, { since: cursor, holding });
  cursor = run.cursor ?? cursor;
  return run;
}

const held = (): readonly string[] => [...holding.records.keys()].map((key) => key.slice(site.origin.length)).sort();
const pathsAsked = (): readonly string[] =>
  site.asked.map(({ path }) => path).filter((path) => path !== '/robots.txt' && path !== '/sitemap.xml');
const bodiesSent = (): readonly string[] => site.asked.filter(({ status }) => status === 200).map(({ path }) => path);

describe('from run to run', () => {
  test('asks conditionally and names what has not changed as present, although only one page links to it', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page(`a ${links('/a/deep')}`));
    site.set('/a/deep', page('deep'));
    site.set('/b', { headers: { 'last-modified': 'Tue, 02 Jan 2024 03:04:05 GMT' }, body: 'b' });
    await sync();
    expect(held()).toEqual(['/', '/a', '/a/deep', '/b']);

    const again = await sync();
    expect(bodiesSent()).toEqual([]);
    expect(pathsAsked()).toHaveLength(4);
    expect(again.present).toHaveLength(4);
    expect(again.complete).toBe(true);
    expect(held()).toEqual(['/', '/a', '/a/deep', '/b']);
  });

  test('finds a page that was gone when it is back, although only an unchanged page leads to it', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page(links('/deep')));
    site.set('/deep', page('deep'));
    await sync();
    // From now on the one that is known to lead there is another page.
    site.set('/a', page(links('/deep')));
    await sync();
    site.set('/a', page('a'));
    site.set('/deep', undefined);
    await sync();
    expect(held()).toEqual(['/', '/a', '/b']);
    await sync();
    expect(held()).toEqual(['/', '/a', '/b']);

    site.set('/deep', page('deep'));
    await sync();
    expect(held()).toEqual(['/', '/a', '/b', '/deep']);
  });

  test('reads what changed and what is new, and nothing else', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page('b'));
    await sync();
    site.set('/b', page(`b, changed ${links('/new')}`));
    site.set('/new', page('new'));
    const { rows } = await sync();
    expect([...rows.keys()]).toEqual([`${site.origin}/b`, `${site.origin}/new`]);
    expect(rows.get(`${site.origin}/b`)).toMatchObject({ text: expect.stringContaining('changed') });
    expect(held()).toEqual(['/', '/a', '/b', '/new']);
  });

  test.each([
    ['404', { status: 404 }],
    ['410', { status: 410 }],
    ['a redirect to another page', { status: 301, headers: { location: '/' } }],
    ['noindex', page('<meta name="robots" content="noindex">')],
  ])('deletes a page that now answers with %s', async (_what, answer) => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page('b'));
    await sync();
    site.set('/a', answer);
    expect((await sync()).complete).toBe(true);
    expect(held()).toEqual(['/', '/b']);
    await sync();
    expect(held()).toEqual(['/', '/b']);
  });

  test('deletes a page that nothing leads to any more, although it still answers', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page('b'));
    await sync();
    site.set('/', page(links('/b')));
    await sync();
    expect(held()).toEqual(['/', '/b']);
  });

  test('keeps a page that lost the link by which it was found when an unchanged page links to it too', async () => {
    site.set('/', page(links('/a', '/b', '/x')));
    site.set('/a', page('a'));
    site.set('/b', page(`b ${links('/x')}`));
    site.set('/x', page(`x ${links('/x/below')}`));
    site.set('/x/below', page('below'));
    await sync();
    site.set('/', page(links('/a', '/b')));
    await sync();
    expect(held()).toEqual(['/', '/a', '/b', '/x', '/x/below']);
    await sync();
    expect(bodiesSent()).toEqual([]);
    expect(held()).toEqual(['/', '/a', '/b', '/x', '/x/below']);
  });

  test('asks a page that vanished whether it is there before it reads the whole site again', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page('b'));
    await sync();
    site.set('/', page(links('/b')));
    site.set('/a', undefined);
    await sync();
    expect(bodiesSent()).toEqual(['/']);
    expect(held()).toEqual(['/', '/b']);
  });

  test('does not delete when a page fails, and says which; the next whole crawl deletes', async () => {
    site.set('/', page(links('/hub', '/b')));
    site.set('/hub', page(`hub ${links('/below')}`));
    site.set('/below', page('below'));
    site.set('/b', page('b'));
    await sync();
    site.set('/', page(links('/hub')));
    site.set('/hub', { status: 500 });
    const failed = await sync();
    expect(failed.complete).toBe(false);
    expect(failed.failures).toMatchObject([{ key: `${site.origin}/hub`, code: 'unavailable' }]);
    expect(held()).toEqual(['/', '/b', '/below', '/hub']);
    site.set('/hub', page(`hub ${links('/below')}`));
    expect((await sync()).complete).toBe(true);
    expect(held()).toEqual(['/', '/below', '/hub']);
  });

  test('does not let a page that was always refused keep gone pages alive for ever', async () => {
    site.set('/', page(links('/admin', '/b')));
    site.set('/admin', { status: 403 });
    site.set('/b', page('b'));
    expect((await sync()).complete).toBe(false);
    site.set('/b', undefined);
    const run = await sync();
    expect(run.complete).toBe(true);
    expect(run.failures).toMatchObject([{ key: `${site.origin}/admin`, code: 'refused' }]);
    expect(held()).toEqual(['/']);
  });

  test('reads everything again when the settings change', async () => {
    site.set('/', page(links('/a', '/b')));
    site.set('/a', page('a'));
    site.set('/b', page('b'));
    await sync();
    await sync({ exclude: ['/b'] });
    expect(bodiesSent()).toEqual(['/', '/a']);
    expect(held()).toEqual(['/', '/a']);
  });

  test('goes on from a first crawl that broke off without asking for the same bodies again', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `/p${at}`);
    site.set('/', page(links(...names)));
    for (const name of names) site.set(name, page(`${name} ${links(`${name}/below`)}`));
    for (const name of names) site.set(`${name}/below`, page(name));
    const cut = await crawl({ start_urls: [site.origin] }, { stopAfter: 3, holding });
    const before = new Set(bodiesSent());
    cursor = cut.cursor;
    expect(cursor).toBeDefined();
    await sync();
    const twice = bodiesSent().filter((path) => before.has(path));
    expect(twice.length).toBeLessThan(before.size / 2);
    expect(held()).toHaveLength(121);
  });

  test('forgets a memory that is not its own, and reads everything', async () => {
    site.set('/', page(links('/a')));
    site.set('/a', page('a'));
    const { cursor: good } = await sync();
    for (const pages of ['', 'bm90IGRlZmxhdGVk', 'x'.repeat(1_000)]) {
      cursor = { ...(good as object), pages };
      await sync();
      expect(bodiesSent()).toEqual(['/', '/a']);
    }
  });

  test('keeps its cursor small for a thousand pages with tags', async () => {
    site.otherwise((path) => ({ ...page(`words of ${path}`), status: path.startsWith('/articles/') ? 200 : 404 }));
    site.set('/', page(links(...Array.from({ length: 1_000 }, (_, at) => `/articles/2024/an-article-${at}.html`))));
    await sync({ requests_per_minute: 600 });
    expect(held()).toHaveLength(1_000);
    expect(JSON.stringify(cursor).length).toBeLessThan(64 * 1024);
    await sync();
    expect(bodiesSent()).toEqual([]);
  });
});

describe('limits and traps', () => {
  test('asks for no more than max_pages addresses, breadth first, and gets to the others when there is room', async () => {
    site.set('/', page(links('/a', '/b', '/c')));
    for (const name of ['a', 'b', 'c', 'd']) site.set(`/${name}`, page(`${name} ${links('/d')}`));
    await sync({ max_pages: 3 });
    expect(pathsAsked().toSorted()).toEqual(['/', '/a', '/b']);
    expect(held()).toEqual(['/', '/a', '/b']);
    await sync({ max_pages: 10 });
    expect(held()).toEqual(['/', '/a', '/b', '/c', '/d']);
  });

  test('goes no deeper than max_depth, and deeper when it is raised', async () => {
    for (let at = 0; at < 9; at += 1) site.set(at === 0 ? '/' : `/${at}`, page(`${at} ${links(`/${at + 1}`)}`));
    await sync({ max_depth: 3 });
    expect(held()).toEqual(['/', '/1', '/2', '/3']);
    await sync({ max_depth: 5 });
    expect(held()).toHaveLength(6);
  });

  test('follows the links of an unchanged page that came nearer', async () => {
    site.set('/', page(links('/1')));
    site.set('/1', page(links('/2')));
    site.set('/2', page(`2 ${links('/3')}`));
    site.set('/3', page('3'));
    await sync({ max_depth: 2 });
    expect(held()).toEqual(['/', '/1', '/2']);
    site.set('/', page(links('/1', '/2')));
    await sync({ max_depth: 2 });
    expect(held()).toEqual(['/', '/1', '/2', '/3']);
  });

  test('comes to an end in an endless calendar', async () => {
    site.otherwise((path) => {
      const month = Number(/^\/calendar\/(\d+)$/.exec(path)?.[1] ?? -1);
      return month < 0 ? { status: 404 } : { body: `month ${month} ${links(`/calendar/${month + 1}`)}` };
    });
    site.set('/', links('/calendar/1'));
    await sync({ max_depth: 5 });
    expect(held()).toHaveLength(6);
    await sync({ max_depth: 50, max_pages: 20 });
    expect(held()).toHaveLength(20);
  });

  test('is not led astray by session ids, relative links that pile up, overlong addresses and thousands of links', async () => {
    let visitor = 0;
    site.otherwise((path) => {
      visitor += 1;
      const body = `${path} ${links(`/shop?sid=${visitor}`, `/shop;jsessionid=${visitor}`, `shop/shop/`, `/${'x'.repeat(3_000)}`)}`;
      return path.startsWith('/shop') ? { body } : { status: 404 };
    });
    site.set('/', links('/shop?PHPSESSID=1', ...Array.from({ length: 5_000 }, (_, at) => `/many/${at}`)));
    await sync({ max_pages: 3_000 });
    expect(held().filter((path) => path.startsWith('/shop')).length).toBeLessThanOrEqual(3);
    expect(pathsAsked().filter((path) => path.startsWith('/many/')).length).toBeLessThan(1_000);
  });

  test('makes no doubles of one page under many addresses', async () => {
    site.set(
      '/',
      links('/a', '/a#part', '/a?utm_source=x&utm_medium=y', '/a?fbclid=1', './a', '/a?', '/b?y=2&x=1', '/b?x=1&y=2'),
    );
    site.set('/a', 'a');
    site.set('/b?x=1&y=2', 'b');
    await sync();
    expect(pathsAsked()).toEqual(['/', '/a', '/b?x=1&y=2']);
  });

  test('ends when the site goes down under it', async () => {
    site.set('/', links(...Array.from({ length: 100 }, (_, at) => `/${at}`)));
    site.otherwise(() => ({ status: 500 }));
    await expect(sync({ use_sitemap: false, respect_robots: false })).rejects.toMatchObject({ reason: 'unavailable' });
    expect(new Set(pathsAsked()).size).toBeLessThan(20);
  });

  test('spreads its requests as it is told', async () => {
    site.set('/', links('/a', '/b', '/c'));
    for (const name of ['a', 'b', 'c']) site.set(`/${name}`, name);
    const { waited } = await sync({ requests_per_minute: 30 });
    // Six requests, robots.txt and sitemap among them, with five pauses of two seconds.
    expect(waited).toBeGreaterThanOrEqual(9_500);
    expect(waited).toBeLessThanOrEqual(12_500);
  });
});

describe('scope', () => {
  test('never asks another host, wherever links, redirects, canonical addresses and sitemaps point', async () => {
    const other = await startWebServer();
    try {
      other.otherwise(() => ({ body: 'not ours' }));
      site.set('/robots.txt', { body: `Sitemap: ${other.origin}/sitemap.xml\nSitemap: /map.xml` });
      site.set('/map.xml', { body: `<urlset><url><loc>${other.origin}/listed</loc></url></urlset>` });
      site.set(
        '/',
        `<link rel="canonical" href="${other.origin}/canonical">${links(`${other.origin}/linked`, '/moved', 'ftp://x/', 'javascript:void(0)', 'mailto:a@b.c', `//user:pw@${new URL(site.origin).host}/`)}`,
      );
      site.set('/moved', { status: 302, headers: { location: `${other.origin}/target` } });
      await sync();
      expect(other.asked).toEqual([]);
      expect(held()).toEqual(['/']);
    } finally {
      await other.close();
    }
  });

  test('stays below its path prefixes and out of what is excluded; start addresses are always read', async () => {
    site.set('/', links('/docs', '/docs/a', '/docs/private/x', '/docsets', '/blog'));
    for (const path of ['/docs', '/docs/a', '/docs/private/x', '/docsets', '/blog']) site.set(path, path);
    await sync({ path_prefixes: ['/docs'], exclude: ['*/private/*'] });
    expect(pathsAsked()).toEqual(['/', '/docs', '/docs/a']);
  });

  test('reads pages that are not included for their links alone', async () => {
    site.set('/', links('/list?page=1'));
    site.set('/list?page=1', links('/article/1', '/list?page=2'));
    site.set('/list?page=2', links('/article/2'));
    site.set('/article/1', '1');
    site.set('/article/2', '2');
    await sync({ include: ['/article/*'] });
    expect(held()).toEqual(['/article/1', '/article/2']);
  });

  test('reads the pages of its start addresses and sitemaps alone when it is not to follow links', async () => {
    site.set('/', links('/a'));
    site.set('/a', 'a');
    site.set('/listed', links('/a'));
    site.set('/sitemap.xml', { body: `<urlset><url><loc>${site.origin}/listed</loc></url></urlset>` });
    await sync({ follow_links: false });
    expect(held()).toEqual(['/', '/listed']);
  });

  test('treats a host with and without www. as one site, and another port as another', async () => {
    const { siteScope } = await import('./site-scope.ts');
    const scope = siteScope({ start_urls: ['https://example.com/'], path_prefixes: [], include: [], exclude: [] });
    expect(scope.contains('https://www.example.com/x')).toBe(true);
    expect(scope.contains('http://example.com/x')).toBe(true);
    for (const foreign of ['https://example.com:8443/', 'https://example.com.evil.org/', 'https://sub.example.com/'])
      expect(scope.contains(foreign), foreign).toBe(false);
  });
});
