import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { probeContext } from '../../testing/connector-probe.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { PlayedAnswer, WebServer } from '../../testing/web-server.ts';
import { MOST_TRACKED } from './feed-cursor.ts';
import { rss } from './index.ts';
import { FeedJobs } from './testing-read.ts';

let server: WebServer;
let jobs: FeedJobs;

beforeAll(async () => {
  server = await startWebServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.clear();
  jobs = new FeedJobs();
});

const DAY = 86_400_000;
const NOW = Date.UTC(2024, 5, 30);

interface PlayedItem {
  readonly id: string;
  readonly words?: string;
  readonly date?: string;
}

const itemXml = ({ id, words = `words of ${id}`, date }: PlayedItem): string =>
  `<item><title>Title ${id}</title><link>${server.origin}/items/${id}</link><guid isPermaLink="false">${id}</guid>${date === undefined ? '' : `<pubDate>${date}</pubDate>`}<description>${words}</description></item>`;

/** A feed whose tag changes with its content. */
function feed(...items: readonly PlayedItem[]): PlayedAnswer {
  const body = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>${server.origin}/</link>${items.map(itemXml).join('')}</channel></rss>`;
  return {
    headers: {
      'content-type': 'application/rss+xml',
      etag: `"${createHash('sha256').update(body).digest('hex')}"`,
    },
    body,
  };
}

const config = (more: object = {}) => ({ urls: [`${server.origin}/feed`], ...more });
const held = (): readonly string[] =>
  [...jobs.holding.records.values()].map((row) => String((JSON.parse(row) as { guid?: string }).guid)).toSorted();
const asked = (): readonly string[] => server.asked.map(({ path, status }) => `${path} ${status}`);
const check = (given: object) => rss.check(probeContext(rss, { config: given }));

describe('from run to run', () => {
  test('asks conditionally, takes what is new or changed, and keeps what left the feed', async () => {
    server.set('/feed', feed({ id: 'a' }, { id: 'b' }));
    await jobs.run(config());
    await jobs.run(config());
    expect(asked()).toEqual(['/feed 200', '/feed 304']);
    expect(held()).toEqual(['a', 'b']);
    server.set('/feed', feed({ id: 'c' }, { id: 'b', words: 'changed words' }));
    const { rows } = await jobs.run(config());
    expect(rows.find((row) => row['guid'] === 'b')).toMatchObject({ text: 'changed words' });
    expect(held()).toEqual(['a', 'b', 'c']);
  });

  test('asks with the date where a server gives no tag', async () => {
    const { body } = feed({ id: 'a' });
    server.set('/feed', { headers: { 'last-modified': 'Tue, 02 Jan 2024 03:04:05 GMT' }, body: body! });
    await jobs.run(config());
    await jobs.run(config());
    expect(asked()).toEqual(['/feed 200', '/feed 304']);
  });

  test('deletes items by their age, also when the feed does not change, and by the day they came when they have no date', async () => {
    server.set(
      '/feed',
      feed(
        { id: 'old', date: '1 May 2024 00:00 GMT' },
        { id: 'new', date: '25 Jun 2024 00:00 GMT' },
        { id: 'undated' },
      ),
    );
    const keep = config({ keep_days: 10 });
    await jobs.run(keep, { now: NOW });
    expect(held()).toEqual(['new', 'undated']);
    server.set('/feed', feed({ id: 'newer', date: '29 Jun 2024 00:00 GMT' }));
    await jobs.run(keep, { now: NOW + 3 * DAY });
    expect(held()).toEqual(['new', 'newer', 'undated']);
    const { deletes } = await jobs.run(keep, { now: NOW + 7 * DAY });
    expect(asked().at(-1)).toBe('/feed 304');
    expect(deletes).toHaveLength(1);
    expect(held()).toEqual(['newer', 'undated']);
    await jobs.run(keep, { now: NOW + 11 * DAY });
    expect(held()).toEqual([]);
  });

  test('bounds what it must remember of a feed that is kept by age', async () => {
    for (let batch = 0; batch < 3; batch += 1) {
      server.set(
        '/feed',
        feed(
          ...Array.from({ length: 900 }, (_, at) => ({
            id: `${batch}-${at}`,
            date: `${20 + batch} Jun 2024 00:00 GMT`,
          })),
        ),
      );
      await jobs.run(config({ keep_days: 100 }), { now: NOW + batch });
    }
    expect(held()).toHaveLength(MOST_TRACKED);
    expect(held().filter((guid) => guid.startsWith('2-'))).toHaveLength(900);
    expect(JSON.stringify([...jobs.cursors.values()]).length).toBeLessThan(160_000);
  });

  test('keeps feeds apart: the same guid in two of them is two records', async () => {
    server.set('/one', feed({ id: 'same' }));
    server.set('/two', feed({ id: 'same' }));
    await jobs.run({ urls: [`${server.origin}/one`, `${server.origin}/two`, `${server.origin}/one`] });
    expect(held()).toEqual(['same', 'same']);
    expect(asked()).toHaveLength(2);
  });
});

describe('the full text', () => {
  const article = (words: string): string =>
    `<html><body><nav>Menu</nav><article>${`<p>${words} ${'and so on and so forth, '.repeat(8)}</p>`.repeat(3)}<script>leak()</script></article></body></html>`;
  const full = () => config({ fetch_full_text: true });

  test('is read once for every item, and again when the feed says something else of it', async () => {
    server.set('/feed', feed({ id: 'a' }, { id: 'b' }));
    server.set('/items/a', article('Long words of a'));
    server.set('/items/b', { status: 301, headers: { location: '/moved/b' } });
    server.set('/moved/b', article('Long words of b'));
    const { rows } = await jobs.run(full());
    expect(rows).toMatchObject([
      { text: expect.stringContaining('Long words of a') },
      { text: expect.stringContaining('Long words of b') },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/leak|Menu/);
    server.forget();
    server.set('/feed', feed({ id: 'c' }, { id: 'a' }, { id: 'b', words: 'a correction' }));
    server.set('/items/c', article('Long words of c'));
    const again = await jobs.run(full());
    expect(asked().filter((path) => path.startsWith('/items'))).toEqual(['/items/c 200', '/items/b 301']);
    expect(again.present).toHaveLength(1);
    expect(held()).toEqual(['a', 'b', 'c']);
  });

  test('is the feed’s own when the page fails, which is told and tried again', async () => {
    server.set('/feed', feed({ id: 'a' }, { id: 'b' }, { id: 'c' }));
    server.set('/items/a', { status: 503 });
    server.set('/items/b', { status: 404 });
    server.set('/items/c', article('Long words of c'));
    const first = await jobs.run(full());
    expect(first.rows.map((row) => row['text'])).toEqual([
      'words of a',
      'words of b',
      expect.stringContaining('Long words of c'),
    ]);
    expect(first.failures.map(({ code }) => code)).toEqual(['unavailable', 'unreadable']);
    server.set('/items/a', article('Long words of a'));
    const second = await jobs.run(full());
    expect(second.rows).toMatchObject([{ guid: 'a', text: expect.stringContaining('Long words of a') }]);
    server.forget();
    await jobs.run(full());
    expect(asked()).toEqual(['/feed 304']);
  });

  test('obeys robots.txt and never reaches a private address', async () => {
    const body = (link: string) =>
      `<rss version="2.0"><channel><item><guid>x</guid><link>${link}</link><description>own words</description></item></channel></rss>`;
    server.set('/robots.txt', { body: 'User-agent: *\nDisallow: /items/' });
    server.set('/items/a', article('closed'));
    server.set('/feed', { body: body(`${server.origin}/items/a`) });
    expect(await jobs.run(full())).toMatchObject({ rows: [{ text: 'own words' }], failures: [{ code: 'refused' }] });
    for (const link of ['http://169.254.169.254/latest/', 'http://10.0.0.1/', 'file:///etc/passwd']) {
      server.set('/feed', { body: body(link) });
      expect((await jobs.run(full())).rows).toMatchObject([{ text: 'own words' }]);
    }
  });
});

describe('a feed that cannot be read', () => {
  test.each([
    ['gone', { status: 410 }, 'configuration', /gone for good \(410\)/],
    ['missing', { status: 404 }, 'configuration', /404/],
    ['refused', { status: 401 }, 'credential', /401/],
    ['down', { status: 500 }, 'unavailable', /500/],
    [
      'broken',
      { body: '<rss version="2.0"><channel><item><title>x</titel></item></channel></rss>' },
      'invalid_answer',
      /begins with: <rss/,
    ],
    ['cut off', { body: '<rss version="2.0"><channel><item><title>x</title></item>' }, 'invalid_answer', /breaks off/],
    ['empty', { body: '', headers: { 'content-type': 'text/xml' } }, 'invalid_answer', /empty/],
    [
      'no feed',
      { body: '{"token": "abcdef123456", "a": 1}', headers: { 'content-type': 'application/json' } },
      'invalid_answer',
      /no feed/,
    ],
    ['a page without a feed', '<html><body>Hello</body></html>', 'configuration', /names no feed/],
    ['enormous', { body: Buffer.alloc(11_000_000, 32) }, 'invalid_answer', /larger than/],
  ])('and is %s says so', async (_what, answer, reason, words) => {
    server.set('/feed', answer);
    const error = { reason, message: expect.stringMatching(words) };
    await expect(check(config())).rejects.toMatchObject(error);
    await expect(jobs.run(config())).rejects.toMatchObject(error);
  });

  test('shows neither a key in its address nor what looks like a secret in its answer', async () => {
    server.set('/feed?key=canary-4711', { body: '{"password": "hunter22222"}' });
    const private_ = { urls: [`${server.origin}/feed?key=canary-4711`] };
    const error: unknown = await jobs.run(private_).catch((reason: unknown) => reason);
    expect(String(error)).toContain('key=…');
    expect(`${String(error)} ${jobs.logs.join('\n')}`).not.toMatch(/canary|hunter2/);
    server.set('/feed?key=canary-4711', feed({ id: 'a' }));
    const { rows } = await jobs.run(private_);
    expect(JSON.stringify([rows, ...jobs.cursors])).not.toContain('canary');
  });

  test('does not stop the others when it is one of several', async () => {
    server.set('/gone', { status: 410 });
    server.set('/closed', { status: 403 });
    server.set('/feed', feed({ id: 'a' }));
    const { failures } = await jobs.run({
      urls: ['/gone', '/closed', '/feed'].map((path) => `${server.origin}${path}`),
    });
    expect(failures.map(({ code }) => code)).toEqual(['configuration', 'credential']);
    expect(held()).toEqual(['a']);
  });

  test('refuses private addresses unless they are allowed', async () => {
    server.set('/feed', feed({ id: 'a' }));
    await expect(jobs.run(config(), { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
    expect(server.asked).toEqual([]);
  });
});

describe('a page that names its feed', () => {
  test('leads to it, and is not asked again until the feed moves', async () => {
    server.set('/', '<link rel="alternate" type="application/rss+xml" href="/real.xml"><p>Blog</p>');
    server.set('/real.xml', feed({ id: 'a' }));
    const page = { urls: [`${server.origin}/`] };
    expect(await check(page)).toEqual({ account: 'News' });
    server.forget();
    await jobs.run(page);
    await jobs.run(page);
    expect(asked()).toEqual(['/ 200', '/real.xml 200', '/real.xml 304']);
    server.set('/', '<link rel="alternate" type="application/atom+xml" href="/moved.xml">');
    server.set('/real.xml', { status: 410 });
    server.set('/moved.xml', feed({ id: 'a' }, { id: 'b' }));
    await jobs.run(page);
    expect(held()).toEqual(['a', 'b']);
  });
});
