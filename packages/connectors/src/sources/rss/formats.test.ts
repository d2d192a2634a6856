import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWebServer } from '../../testing/web-server.ts';
import type { PlayedAnswer, WebServer } from '../../testing/web-server.ts';
import type { FeedItem } from './feed-item.ts';
import { describeItem, itemText } from './feed-item.ts';
import { FeedJobs } from './testing-read.ts';

let server: WebServer;

beforeAll(async () => {
  server = await startWebServer();
});
afterAll(() => server.close());
beforeEach(() => server.clear());

async function read(answer: string | Buffer | PlayedAnswer): Promise<readonly FeedItem[]> {
  const isAnswer = typeof answer === 'object' && !Buffer.isBuffer(answer);
  server.set('/feed', isAnswer ? answer : { headers: { 'content-type': 'text/xml' }, body: answer });
  const { rows } = await new FeedJobs().run({ urls: [`${server.origin}/feed`] });
  return rows as unknown as readonly FeedItem[];
}

const rss = (items: string, head = ''): string =>
  `<?xml version="1.0"?>${head}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News &amp; views</title><link>https://news.example/blog/</link><language>de</language>${items}</channel></rss>`;

describe('reads', () => {
  test('RSS 2.0 with full content, relative links, categories and enclosures', async () => {
    const [item] = await read(
      rss(`<item><title><![CDATA[A <b>bold</b> title &amp; more]]></title><link>../2024/a</link><guid isPermaLink="false">id-1</guid>
        <pubDate>Tue, 02 Jan 2024 03:04:05 CET</pubDate><dc:creator>Ann</dc:creator><category>Rain</category><category>Wind</category>
        <description>Short.</description><content:encoded><![CDATA[<p>One.</p><p>Two.</p><script>leak()</script>]]></content:encoded>
        <enclosure url="https://cdn.example/a.mp3" length="1" type="audio/mpeg"/></item>`),
    );
    expect(item).toMatchObject({
      feed: `${server.origin}/feed`,
      feed_title: 'News & views',
      guid: 'id-1',
      url: 'https://news.example/2024/a',
      title: 'A bold title & more',
      authors: ['Ann'],
      categories: ['Rain', 'Wind'],
      language: 'de',
      published_at: '2024-01-02T02:04:05.000Z',
      enclosures: [{ url: 'https://cdn.example/a.mp3', type: 'audio/mpeg' }],
      text: 'One.\n\nTwo.',
    });
    expect(itemText(item!)).toBe('A bold title & more\n\nRain, Wind\n\nOne.\n\nTwo.');
    expect(describeItem(item!)).toEqual({
      name: 'A bold title & more',
      url: 'https://news.example/2024/a',
      createdAt: Date.UTC(2024, 0, 2, 2, 4, 5),
      updatedAt: Date.UTC(2024, 0, 2, 2, 4, 5),
      breadcrumbs: [{ id: `${server.origin}/feed`, name: 'News & views', type: 'feed' }],
    });
  });

  test('Atom with xml:base, XHTML and plain text', async () => {
    const [first, second] =
      await read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://atom.example/"><title>Atoms</title><id>urn:f</id><updated>2024-01-01T00:00:00Z</updated>
      <entry><id>urn:1</id><title type="html">Fish &amp;amp; &lt;i&gt;chips&lt;/i&gt;</title><link rel="self" href="self/1"/><link href="posts/1"/><published>2024-01-02T00:00:00+02:00</published><updated>2024-02-02T00:00:00Z</updated>
        <author><name>Bo</name></author><category term="food" label="Food"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>In <b>XHTML</b>.</p></div></content></entry>
      <entry><id>urn:2</id><title>1 &lt; 2 &amp; 3</title><updated>2024-02-03T00:00:00Z</updated><summary>Only &lt;a&gt; summary.</summary></entry></feed>`);
    expect(first).toMatchObject({
      guid: 'urn:1',
      url: 'https://atom.example/posts/1',
      title: 'Fish & chips',
      authors: ['Bo'],
      categories: ['Food'],
      published_at: '2024-01-01T22:00:00.000Z',
      updated_at: '2024-02-02T00:00:00.000Z',
      text: 'In XHTML.',
    });
    expect(second).toMatchObject({ title: '1 < 2 & 3', text: 'Only <a> summary.' });
    expect(second?.url).toBeUndefined();
  });

  test('RSS 1.0', async () => {
    const [item] =
      await read(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"><title>C</title><link>https://rdf.example/</link><description>d</description></channel>
      <item rdf:about="https://rdf.example/1"><title>One</title><link>https://rdf.example/1</link><description>Words.</description><dc:date>2024-01-02</dc:date><dc:creator>Cy</dc:creator></item></rdf:RDF>`);
    expect(item).toMatchObject({
      guid: 'https://rdf.example/1',
      url: 'https://rdf.example/1',
      title: 'One',
      authors: ['Cy'],
      published_at: '2024-01-02T00:00:00.000Z',
      text: 'Words.',
    });
  });

  test('JSON Feed', async () => {
    const body = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      home_page_url: 'https://json.example/',
      items: [
        {
          id: '1',
          url: '/1',
          title: '1 < 2',
          content_html: '<p>Grüße</p>',
          date_published: '2024-01-02T03:04:05Z',
          tags: ['t'],
        },
        { id: 2, content_text: 'plain <words>' },
      ],
    });
    const items = await read({ headers: { 'content-type': 'application/feed+json' }, body });
    expect(items).toMatchObject([
      { guid: '1', url: 'https://json.example/1', title: '1 < 2', text: 'Grüße', categories: ['t'] },
      { guid: '2', text: 'plain <words>' },
    ]);
  });

  test.each([
    ['the header', 'application/xml; charset=ISO-8859-1', '<?xml version="1.0"?>'],
    ['its declaration', 'application/xml', '<?xml version="1.0" encoding="ISO-8859-15"?>'],
    ['neither', 'application/xml', ''],
  ])('latin-1 that is named by %s', async (_what, type, declaration) => {
    const body = Buffer.from(
      `${declaration}<rss version="2.0"><channel><item><title>Grüße aus Köln</title></item></channel></rss>`,
      'latin1',
    );
    expect(await read({ headers: { 'content-type': type }, body })).toMatchObject([{ title: 'Grüße aus Köln' }]);
  });

  test('a feed without items', async () => {
    expect(await read(rss(''))).toEqual([]);
  });

  test('an old feed with a document type', async () => {
    const items = await read(
      rss(
        '<item><title>Old</title></item>',
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">',
      ),
    );
    expect(items).toMatchObject([{ title: 'Old' }]);
  });
});

describe('names an item', () => {
  test('by its guid, else its link, else its words, and once', async () => {
    const words = '<item><description>Only words.</description></item>';
    const first = await read(
      rss(
        `<item><guid>g</guid><link>/1</link></item><item><guid>g</guid><link>/2</link></item><item><link>/3</link></item><item><link>/3</link></item>${words}${words}`,
      ),
    );
    expect(first.map(({ url }) => url)).toEqual(['https://news.example/1', 'https://news.example/3', undefined]);
    const second = await read(
      rss(
        `<item><guid>g</guid><title>renamed</title></item><item><link>/3</link><title>renamed</title></item>${words}`,
      ),
    );
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  });

  test('of absurd length by a short key', async () => {
    const [item] = await read(rss(`<item><guid>${'x'.repeat(100_000)}</guid></item>`));
    expect(item?.id).toHaveLength(32);
    expect(item?.guid?.length).toBeLessThanOrEqual(2_000);
  });

  test('and never links to anything but the web', async () => {
    const items = await read(
      rss(
        '<item><guid isPermaLink="false">1</guid><link>javascript:alert(1)</link><enclosure url="file:///etc/passwd" type="a"/></item>',
      ),
    );
    expect(items[0]?.url).toBeUndefined();
    expect(items[0]?.enclosures).toEqual([]);
  });
});

describe('is not harmed by', () => {
  test.each([
    ['an external entity', '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '&x;'],
    ['an entity of another server', () => `<!DOCTYPE rss [<!ENTITY x SYSTEM "${server.origin}/stolen">]>`, '&x;'],
    [
      'an entity bomb',
      `<!DOCTYPE rss [<!ENTITY a "lol">${Array.from({ length: 20 }, (_, at) => `<!ENTITY ${'b'.repeat(at + 1)} "${`&${at === 0 ? 'a' : 'b'.repeat(at)};`.repeat(20)}">`).join('')}]>`,
      `&${'b'.repeat(20)};`,
    ],
  ])('%s', async (_what, head, reference) => {
    const text = rss(
      `<item><guid>1</guid><title>t ${reference}</title></item>`,
      typeof head === 'string' ? head : head(),
    );
    const outcome = await read(text).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ reason: 'invalid_answer' });
    expect(JSON.stringify(outcome).length).toBeLessThan(5_000);
    expect(JSON.stringify(outcome)).not.toContain('root:');
    expect(server.asked.map(({ path }) => path)).toEqual(['/feed']);
  });

  test.each([
    ['elements without end', () => '<a>'.repeat(300_000)],
    ['names of JavaScript’s own', () => '<item><guid>1</guid><__proto__><polluted>yes</polluted></__proto__></item>'],
    [
      'content that is nested absurdly deep',
      () => `<item><guid>1</guid><description><![CDATA[${'<div>'.repeat(100_000)}]]></description></item>`,
    ],
  ])('%s', async (_what, items) => {
    await read(rss(items())).catch((error: unknown) => expect(error).toMatchObject({ reason: 'invalid_answer' }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('scripts in any text', async () => {
    const items = await read(
      rss(
        '<item><guid>1</guid><title>&lt;script&gt;leak()&lt;/script&gt;Title</title><description>&lt;style&gt;leak{}&lt;/style&gt;&lt;p onload="leak()"&gt;Words&lt;/p&gt;&lt;scr&lt;script&gt;</description></item>',
      ),
    );
    expect(items[0]).toMatchObject({ title: 'Title' });
    expect(JSON.stringify(items)).not.toContain('leak');
  });
});
