import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWebServer } from '../../testing/web-server.ts';
import type { PlayedAnswer, WebServer } from '../../testing/web-server.ts';
import { crawl } from './testing-crawl.ts';
import { describePage, pageText } from './web-page.ts';
import type { WebPage } from './web-page.ts';

let site: WebServer;

beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());
beforeEach(() => site.clear());

const PARAGRAPH = `<p>${'Rain falls on the hills, and the river carries it to the sea. '.repeat(6)}</p>`;

/** The record of one page, and what failed about it. */
async function readOne(answer: string | PlayedAnswer, config: object = {}, path = '/page') {
  site.set('/', `<a href="${path}">to it</a>`);
  site.set(path, answer);
  const { rows, failures, complete } = await crawl({ start_urls: [site.origin], use_sitemap: false, ...config });
  return { row: rows.get(`${site.origin}${path}`) as WebPage | undefined, failures, complete };
}

describe('a page', () => {
  test('gives its article without the frame, its head and its dates', async () => {
    const { row } = await readOne(
      `<!doctype html><html lang="en-GB"><head><title>Rivers &amp; hills</title>
       <meta name="description" content="About  water.">
       <meta property="article:published_time" content="2024-01-02T03:04:05+01:00">
       <meta property="article:modified_time" content="2024-02-03">
       </head><body><nav>Home Products Imprint</nav>
       <article><h1>Rivers</h1>${PARAGRAPH}${PARAGRAPH}</article>
       <footer>Copyright notice</footer></body></html>`,
    );
    expect(row).toMatchObject({
      title: 'Rivers & hills',
      description: 'About water.',
      language: 'en-GB',
      media_type: 'text/html',
      published_at: '2024-01-02T02:04:05.000Z',
      modified_at: '2024-02-03T00:00:00.000Z',
    });
    expect(row?.text).toContain('Rain falls on the hills');
    expect(row?.text).not.toMatch(/Imprint|Copyright/);
  });

  test('gives all its words when no article can be told from the rest', async () => {
    const { row } = await readOne('<ul><li>First</li><li>Second</li></ul><p>And a line.</p>');
    expect(row?.text).toBe('First\n\nSecond\n\nAnd a line.');
  });

  test('takes dates from linked data when its head has none', async () => {
    const data = { '@type': 'Article', datePublished: '2023-05-06T00:00:00Z', dateModified: '2023-06-07T00:00:00Z' };
    const { row } = await readOne(`<script type="application/ld+json">${JSON.stringify(data)}</script>${PARAGRAPH}`);
    expect(row).toMatchObject({ published_at: '2023-05-06T00:00:00.000Z', modified_at: '2023-06-07T00:00:00.000Z' });
  });

  test('never gives scripts, styles, templates or comments as text', async () => {
    const secrets = [
      '<script>let leakOne = 1;</script>',
      '<style>.leakTwo{}</style>',
      '<template>leakThree</template>',
      '<noscript>leakFour</noscript>',
      '<!-- leakFive -->',
      '<svg><text>leakSix</text></svg>',
      '<iframe srcdoc="leakSeven">leakSeven</iframe>',
      '<p onclick="leakNine()">fine</p>',
      '<object data="x">leakEight</object>',
    ].join('');
    for (const body of [`<article>${PARAGRAPH}${secrets}${PARAGRAPH}</article>`, `<p>short</p>${secrets}`]) {
      const { row } = await readOne(`<html><head>${secrets}</head><body>${body}</body></html>`);
      expect(row?.text).not.toBe('');
      expect(row?.text).not.toMatch(/leak/);
    }
  });

  test.each([
    ['latin-1 in the header', 'text/html; charset=ISO-8859-1', Buffer.from('<p>Grüße aus Köln</p>', 'latin1')],
    ['latin-1 in a meta field', 'text/html', Buffer.from('<meta charset="iso-8859-1"><p>Grüße aus Köln</p>', 'latin1')],
    [
      'an old meta field',
      'text/html',
      Buffer.from(
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>Grüße aus Köln</p>',
        'latin1',
      ),
    ],
    ['nothing, and bytes that are no UTF-8', 'text/html', Buffer.from('<p>Grüße aus Köln</p>', 'latin1')],
    ['nothing, and UTF-8', 'text/html', Buffer.from('<p>Grüße aus Köln</p>')],
    ['a byte order mark against the header', 'text/html; charset=latin1', Buffer.from('\uFEFF<p>Grüße aus Köln</p>')],
    ['UTF-16 with a mark', 'text/html', Buffer.from('\uFEFF<p>Grüße aus Köln</p>', 'utf16le')],
    ['a charset that nobody knows', 'text/html; charset=klingon', Buffer.from('<p>Grüße aus Köln</p>')],
  ])('is decoded by %s', async (_what, type, body) => {
    expect((await readOne({ headers: { 'content-type': type }, body })).row?.text).toBe('Grüße aus Köln');
  });

  test('that is nested absurdly deep is counted as broken and stays findable by its title', async () => {
    const { row, failures } = await readOne(`<title>Deep</title>${'<div>'.repeat(100_000)}words`);
    expect(row).toMatchObject({ title: 'Deep', text: '' });
    expect(failures).toMatchObject([{ key: `${site.origin}/page`, code: 'broken' }]);
  });

  test('that is larger than allowed is a failure, and the others are read', async () => {
    const { row, failures, complete } = await readOne('x'.repeat(20_000), { max_bytes: 10_000 });
    expect(row).toBeUndefined();
    expect(failures).toMatchObject([{ key: `${site.origin}/page`, code: 'unreadable' }]);
    expect(complete).toBe(true);
  });

  test('finds its links by <base>, <area>, rel=next and a refresh', async () => {
    site.set(
      '/',
      '<base href="/sub/"><meta http-equiv="refresh" content="5; url=later"><link rel="next" href="next"><map><area href="area"></map><a href="a">a</a><a href="">self</a>',
    );
    for (const path of ['later', 'next', 'area', 'a']) site.set(`/sub/${path}`, path);
    const { rows } = await crawl({ start_urls: [site.origin], use_sitemap: false });
    expect([...rows.keys()].map((key) => new URL(key).pathname).toSorted()).toEqual([
      '/',
      '/sub/a',
      '/sub/area',
      '/sub/later',
      '/sub/next',
    ]);
  });
});

describe('a document', () => {
  const PDF = Buffer.from(
    `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 20 100 Td (Annual report) Tj ET
endstream
endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>`,
    'latin1',
  );

  test('is read when it is a PDF, by its type and not by its name', async () => {
    const { row } = await readOne(
      { headers: { 'content-type': 'application/pdf', 'last-modified': 'Tue, 02 Jan 2024 03:04:05 GMT' }, body: PDF },
      {},
      '/download?id=7',
    );
    expect(row).toMatchObject({
      text: 'Annual report',
      media_type: 'application/pdf',
      modified_at: '2024-01-02T03:04:05.000Z',
    });
  });

  test('is read when it is plain text, in its charset', async () => {
    const body = Buffer.from('Grüße', 'latin1');
    const { row } = await readOne({ headers: { 'content-type': 'text/plain; charset=latin1' }, body });
    expect(row).toMatchObject({ text: 'Grüße', media_type: 'text/plain' });
  });

  test('is left out when documents are not wanted, or when it wants not to be found', async () => {
    const pdf = { headers: { 'content-type': 'application/pdf' }, body: PDF };
    expect((await readOne(pdf, { documents: false })).row).toBeUndefined();
    expect((await readOne({ ...pdf, headers: { ...pdf.headers, 'x-robots-tag': 'noindex' } })).row).toBeUndefined();
  });

  test('that is damaged is counted under its key and kept by its address', async () => {
    const { row, failures } = await readOne({
      headers: { 'content-type': 'application/pdf' },
      body: '%PDF-1.4 nothing',
    });
    expect(row).toMatchObject({ text: '' });
    expect(failures).toMatchObject([{ key: `${site.origin}/page`, code: 'broken' }]);
  });

  test('without text is no record, and pictures and archives are not even asked for', async () => {
    expect((await readOne({ headers: { 'content-type': 'image/png' }, body: 'png' })).row).toBeUndefined();
    site.forget();
    await readOne('zip', {}, '/file.zip');
    expect(site.asked.map(({ path }) => path)).not.toContain('/file.zip');
  });
});

test('is described by its title, its times and the way down to it', () => {
  const row: WebPage = {
    url: 'https://example.com/docs/gr%C3%BC%C3%9Fe/page.html?x=1',
    host: 'example.com',
    title: 'A page',
    media_type: 'text/html',
    published_at: '2024-01-02T00:00:00.000Z',
    text: 'Words.',
  };
  expect(describePage(row)).toEqual({
    name: 'A page',
    url: row.url,
    createdAt: Date.UTC(2024, 0, 2),
    updatedAt: Date.UTC(2024, 0, 2),
    breadcrumbs: [
      { id: 'https://example.com', name: 'example.com', type: 'site' },
      { id: 'https://example.com/docs', name: 'docs', type: 'folder' },
      { id: 'https://example.com/docs/gr%C3%BC%C3%9Fe', name: 'grüße', type: 'folder' },
    ],
  });
  expect(pageText(row)).toBe('A page\n\nWords.');
});
