import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Holding } from '../../kit/contract-reading.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { probeContext } from '../../testing/connector-probe.ts';
import { web } from './index.ts';
import { crawl } from './testing-crawl.ts';
import type { CrawlRun } from './testing-crawl.ts';

let site: WebServer;

beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());
beforeEach(() => site.clear());

const links = (...hrefs: readonly string[]): string => hrefs.map((href) => `<a href="${href}">link</a>`).join(' ');
const xml = (body: string) => ({ headers: { 'content-type': 'application/xml' }, body });
const urlset = (...paths: readonly string[]): string =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${paths.map((path) => `<url><loc>${site.origin}${path}</loc></url>`).join('')}</urlset>`;

const read = (config: object = {}): Promise<CrawlRun> => crawl({ start_urls: [site.origin], ...config });
const paths = ({ rows }: CrawlRun): readonly string[] => [...rows.keys()].map((key) => key.slice(site.origin.length));
const pathsAsked = (): readonly string[] => site.asked.map(({ path }) => path);

describe('robots.txt', () => {
  beforeEach(() => {
    site.set('/', links('/open', '/closed', '/closed/but/this'));
    for (const path of ['/open', '/closed', '/closed/but/this']) site.set(path, path);
  });

  test('is obeyed, for our name before everybody, the longest rule first', async () => {
    site.set('/robots.txt', {
      body: 'User-agent: *\nDisallow: /\n\nUser-agent: Tributary\nDisallow: /closed\nAllow: /closed/but',
    });
    expect(paths(await read())).toEqual(['/', '/open', '/closed/but/this']);
    await expect(read({ user_agent: 'Other' })).rejects.toMatchObject({ reason: 'configuration' });
    expect(paths(await read({ user_agent: 'Other', respect_robots: false }))).toHaveLength(4);
    expect(site.asked.at(-1)?.headers['user-agent']).toBe('Other');
  });

  test.each([404, 403, 401, 410])('allows everything when it answers with %i', async (status) => {
    site.set('/robots.txt', { status });
    expect(paths(await read())).toHaveLength(4);
  });

  test('forbids everything for now when it cannot be had', async () => {
    site.set('/robots.txt', { status: 503 });
    await expect(read()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('robots.txt'),
    });
    expect(pathsAsked().filter((path) => path !== '/robots.txt')).toEqual([]);
  });

  test('is read up to 500 KiB, and an enormous rule does not hold up the crawl', async () => {
    const filler = `# ${'x'.repeat(1_000)}\n`.repeat(512);
    site.set('/robots.txt', {
      body: `User-agent: *\nDisallow: /open\nDisallow: /${'*a'.repeat(50_000)}\n${filler}Disallow: /closed\n`,
    });
    expect(paths(await read())).toEqual(['/', '/closed', '/closed/but/this']);
  });

  test('sets the pace with Crawl-delay, up to half a minute', async () => {
    site.set('/robots.txt', { body: 'User-agent: *\nCrawl-delay: 3' });
    expect((await read({ use_sitemap: false })).waited).toBeGreaterThanOrEqual(9_000);
    site.set('/robots.txt', { body: 'User-agent: *\nCrawl-delay: 86400' });
    expect((await read({ use_sitemap: false })).waited).toBeLessThan(6 * 31_000);
  });

  test('may be somewhere else on the site', async () => {
    site.set('/robots.txt', { status: 302, headers: { location: '/rules.txt' } });
    site.set('/rules.txt', { body: 'User-agent: *\nDisallow: /closed' });
    expect(paths(await read())).toEqual(['/', '/open']);
  });
});

describe('sitemaps', () => {
  beforeEach(() => {
    site.set('/', 'start');
    for (const path of ['/a', '/b', '/c', '/d']) site.set(path, path);
  });

  test('are found in robots.txt, through an index, as gzip and as plain lists', async () => {
    site.set('/robots.txt', { body: `Sitemap: ${site.origin}/index.xml\nsitemap: /list.txt` });
    site.set(
      '/index.xml',
      xml(
        `<sitemapindex><sitemap><loc>${site.origin}/one.xml.gz</loc></sitemap><sitemap><loc>${site.origin}/two.xml</loc></sitemap><sitemap><loc>${site.origin}/index.xml</loc></sitemap></sitemapindex>`,
      ),
    );
    site.set('/one.xml.gz', { headers: { 'content-type': 'application/gzip' }, body: gzipSync(urlset('/a')) });
    site.set('/two.xml', {
      headers: { 'content-type': 'text/xml', 'content-encoding': 'gzip' },
      body: gzipSync(urlset('/b')),
    });
    site.set('/list.txt', { headers: { 'content-type': 'text/plain' }, body: `${site.origin}/c\n${site.origin}/d\n` });
    expect(paths(await read())).toEqual(['/', '/c', '/d', '/a', '/b']);
    expect(pathsAsked().filter((path) => path === '/index.xml')).toHaveLength(1);
  });

  test('give a page the date that it does not give itself', async () => {
    site.set(
      '/sitemap.xml',
      xml(`<urlset><url><loc>${site.origin}/a</loc><lastmod>2024-03-05</lastmod></url></urlset>`),
    );
    expect((await read()).rows.get(`${site.origin}/a`)).toMatchObject({ modified_at: '2024-03-05T00:00:00.000Z' });
  });

  test('spare requests for pages with an old date, when they are trusted', async () => {
    const dated = (date: string) =>
      xml(
        `<urlset><url><loc>${site.origin}/a</loc><lastmod>${date}</lastmod></url><url><loc>${site.origin}/b</loc></url></urlset>`,
      );
    const config = { start_urls: [site.origin], trust_lastmod: true };
    const holding = new Holding();
    site.set('/sitemap.xml', dated('2024-03-05'));
    const { cursor } = await crawl(config, { holding });
    site.forget();
    await crawl(config, { since: cursor, holding });
    expect(pathsAsked()).not.toContain('/a');
    expect(pathsAsked()).toContain('/b');
    expect(holding.records.size).toBe(3);
    site.forget();
    site.set('/sitemap.xml', dated('2024-03-06'));
    await crawl(config, { since: cursor, holding });
    expect(pathsAsked()).toContain('/a');
  });

  test.each([
    ['breaks off', () => xml(urlset('/a', '/b').slice(0, -30))],
    ['is not valid gzip', () => ({ body: gzipSync(urlset('/a')).subarray(0, 40) })],
    ['is a page', () => ({ body: '<html><body>Not found</body></html>' })],
    ['is not there for now', () => ({ status: 500 })],
  ])('that the site names and that %s lets nothing be deleted', async (_what, answer) => {
    site.set('/robots.txt', { body: 'Sitemap: /map.xml' });
    site.set('/map.xml', answer());
    const run = await read();
    expect(run.complete).toBe(false);
    expect(run.failures).toHaveLength(1);
  });

  test('that nobody named may be missing', async () => {
    site.set('/sitemap.xml', { body: '<html><body>Not found</body></html>' });
    expect(await read()).toMatchObject({ complete: true, failures: [] });
  });

  test('with external entities, entity bombs or deep nesting do no harm', async () => {
    site.set('/robots.txt', { body: 'Sitemap: /bomb.xml\nSitemap: /deep.xml\nSitemap: /zip.xml.gz' });
    const entities = Array.from({ length: 20 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(20)}">`).join('');
    site.set(
      '/bomb.xml',
      xml(
        `<?xml version="1.0"?><!DOCTYPE u [<!ENTITY e0 "lol"><!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY web SYSTEM "${site.origin}/stolen">${entities}]><urlset><url><loc>${site.origin}/a?&e20;&file;&web;</loc></url><url><loc>${site.origin}/b</loc></url></urlset>`,
      ),
    );
    site.set('/deep.xml', xml('<urlset>'.repeat(200_000)));
    site.set('/zip.xml.gz', { body: gzipSync(Buffer.alloc(60 * 1024 * 1024, 32)) });
    const run = await read();
    expect(paths(run)).toContain('/b');
    expect(pathsAsked()).not.toContain('/stolen');
    expect(JSON.stringify([...run.rows])).not.toContain('root:');
  });
});

describe('redirects and canonical addresses', () => {
  test('give one record for a page that has several', async () => {
    site.set('/', links('/old', '/temporary', '/page?ref=1', '/page', '/relative'));
    site.set('/old', { status: 301, headers: { location: '/page' } });
    site.set('/temporary', { status: 307, headers: { location: `${site.origin}/page#part` } });
    site.set('/relative', { status: 302, headers: { location: 'page' } });
    site.set('/page', '<link rel="canonical" href="/page">words');
    site.set('/page?ref=1', '<link rel="canonical" href="/page">words');
    const run = await read();
    expect(paths(run)).toEqual(['/', '/page']);
    expect(run.pages.flatMap((page) => page.upserts)).toHaveLength(2);
  });

  test('in circles end, and the record is made once', async () => {
    site.set('/', links('/x', '/a', '/hop/0'));
    site.set('/x', { status: 302, headers: { location: '/y' } });
    site.set('/y', { status: 302, headers: { location: '/x' } });
    site.set('/a', '<link rel="canonical" href="/b">a');
    site.set('/b', '<link rel="canonical" href="/a">b');
    for (let at = 0; at < 20; at += 1) site.set(`/hop/${at}`, { status: 302, headers: { location: `/hop/${at + 1}` } });
    expect(paths(await read())).toEqual(['/', '/b']);
    expect(pathsAsked().filter((path) => path.startsWith('/hop'))).toHaveLength(6);
  });

  test('of every page to the front page are a mistake that is overlooked', async () => {
    site.set('/', `<link rel="canonical" href="/">${links('/a')}`);
    site.set('/a', '<link rel="canonical" href="/">a');
    expect(paths(await read())).toEqual(['/', '/a']);
  });

  test('to a private address are not followed', async () => {
    site.set('/', links('/inside'));
    site.set('/inside', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } });
    expect(paths(await read())).toEqual(['/']);
  });

  test('of a start address to another site are a matter of configuration', async () => {
    site.set('/', { status: 301, headers: { location: 'https://elsewhere.example/home' } });
    const error = { reason: 'configuration', message: expect.stringContaining('https://elsewhere.example') };
    await expect(read()).rejects.toMatchObject(error);
    await expect(web.check(probeContext(web, { config: { start_urls: [site.origin] } }))).rejects.toMatchObject(error);
  });
});

describe('what robots may keep', () => {
  test('noindex, nofollow and X-Robots-Tag, for all and by name', async () => {
    site.set(
      '/',
      `${links('/noindex', '/nofollow', '/none', '/header', '/named', '/others')}<a rel="nofollow" href="/x">x</a>`,
    );
    site.set('/noindex', `<meta name="ROBOTS" content="NoIndex">${links('/from-noindex')}`);
    site.set('/nofollow', `<meta name="robots" content="nofollow, noarchive">${links('/x')}`);
    site.set('/none', `<meta name="robots" content="none">${links('/x')}`);
    site.set('/header', {
      headers: { 'x-robots-tag': 'unavailable_after: 25 Jun 2010 15:00:00 PST, noindex' },
      body: 'h',
    });
    site.set('/named', '<meta name="tributary" content="noindex">');
    site.set('/others', {
      headers: { 'x-robots-tag': 'otherbot: noindex, nofollow' },
      body: '<meta name="googlebot" content="noindex">',
    });
    site.set('/from-noindex', 'found');
    site.set('/x', 'x');
    expect(paths(await read())).toEqual(['/', '/nofollow', '/others', '/from-noindex']);
    expect(paths(await read({ respect_robots: false }))).toHaveLength(9);
  });
});

describe('checking', () => {
  const check = (config: object) => web.check(probeContext(web, { config: { start_urls: [site.origin], ...config } }));

  test('names the site', async () => {
    site.set('/', 'start');
    expect(await check({})).toEqual({ account: new URL(site.origin).host });
  });

  test.each([
    ['missing', { status: 404 }, 'configuration'],
    ['refused', { status: 403 }, 'credential'],
    ['broken', { status: 500 }, 'unavailable'],
  ])('calls a start page that is %s so', async (_what, answer, reason) => {
    site.set('/', answer);
    await expect(check({})).rejects.toMatchObject({ reason });
    await expect(read()).rejects.toMatchObject({ reason });
  });

  test('refuses private addresses unless they are allowed, and unreachable hosts', async () => {
    const refused = probeContext(web, { config: { start_urls: [site.origin] }, allow: [] });
    await expect(web.check(refused)).rejects.toMatchObject({ reason: 'refused' });
    expect(site.asked).toEqual([]);
    await expect(check({ start_urls: ['http://localhost.invalid/'] })).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test.each([
    { start_urls: [] },
    { start_urls: ['ftp://example.com'] },
    { start_urls: ['https://x.example'], max_pages: 0 },
    { start_urls: ['https://x.example'], user_agent: 'a b\r\nx: y' },
  ])('refuses settings that cannot work: %j', (config) => expect(() => probeContext(web, { config })).toThrow());
});
