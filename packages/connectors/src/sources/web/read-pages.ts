import { createHash } from 'node:crypto';
import type { Page } from '../../kit/page.ts';
import type { WebConfig } from './config.ts';
import { Crawl } from './crawl.ts';
import type { CrawlMemory } from './crawl.ts';
import { packPages, unpackPages } from './crawl-memory.ts';
import type { RememberedPage, WebCursor } from './crawl-memory.ts';
import { TEXT_VERSION } from './document-text.ts';
import { readSitemaps } from './read-sitemaps.ts';
import type { SitemapPages } from './read-sitemaps.ts';
import { Site } from './site.ts';
import type { WebContext } from './site.ts';
import type { WebPage } from './web-page.ts';

/** Raise it when the same page gives another record. */
const READER_VERSION = 1;
/** Cursors within a first crawl are written each time it has grown by so much. */
const CURSOR_GROWTH = 1.25;
const FIRST_CURSOR_AT = 20;

const NO_SITEMAPS: SitemapPages = { pages: [], failures: [] };

function rulesOf(config: WebConfig): string {
  const { max_pages: _most, requests_per_minute: _pace, trust_lastmod: _trust, ...rules } = config;
  return createHash('sha256')
    .update(JSON.stringify([READER_VERSION, TEXT_VERSION, rules]))
    .digest('base64url')
    .slice(0, 16);
}

function memoryOf(pages: readonly RememberedPage[], since: WebCursor | undefined): CrawlMemory {
  const children = new Map<string, string[]>();
  for (const { address, parent } of pages) {
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(address);
    else children.set(parent, [address]);
  }
  const { startedAt = 0, ended: isWhole = false } = since ?? {};
  return { pages: new Map(pages.map((page) => [page.address, page])), children, startedAt, isWhole };
}

/** Pages that were records and that the crawl did not come by; those it came by and did not keep are known to be gone. */
const missedBy = (crawl: Crawl, pages: readonly RememberedPage[]): readonly RememberedPage[] =>
  pages.filter(
    ({ address, key }) =>
      key !== undefined && !crawl.draft.named.has(key) && (key !== address || !crawl.frontier.has(address)),
  );

/** Whether a page that nothing seems to lead to any more is still there, so that another page may lead to it after all. */
async function isAlive(site: Site, crawl: Crawl, { key = '', validator, address }: RememberedPage): Promise<boolean> {
  if (crawl.frontier.has(key)) return true;
  if (!site.scope.contains(key) || !(await site.isOpen(key))) return false;
  const answer = await site.ask(key, { validator: key === address ? validator : undefined });
  return answer.type !== 'gone' && answer.type !== 'redirect';
}

/**
 * Whether pages that were not read, since they have not changed, may lead to something that this crawl did not find: a page
 * has lost the link that led to it and still answers, or the crawl before had no room for all that it found.
 */
async function mustLookAgain(site: Site, crawl: Crawl, since: WebCursor, known: readonly RememberedPage[]) {
  if (!crawl.sawUnchanged || crawl.frontier.isCapped) return false;
  if (since.capped) return true;
  for (const page of missedBy(crawl, known)) if (await isAlive(site, crawl, page)) return true;
  return false;
}

/** The pages of a first crawl, with a cursor now and then, so that one that breaks off need not ask for everything again. */
async function* withCursors(crawl: Crawl, cursorOf: (crawl: Crawl) => WebCursor) {
  let cursorAt = FIRST_CURSOR_AT;
  for await (const page of crawl.run()) {
    const hasGrown = crawl.frontier.size >= cursorAt;
    if (hasGrown) cursorAt = crawl.frontier.size * CURSOR_GROWTH;
    yield hasGrown ? { ...page, cursor: cursorOf(crawl) } : page;
  }
}

/**
 * Crawls the site from its beginning in every run; pages that say that they have not changed are named as present. The last
 * page is marked `complete` when everything was read, so that what was not named is gone. Throws `ConnectorError`.
 */
export async function* readPages(
  ctx: WebContext,
  since: WebCursor | undefined,
): AsyncGenerator<Page<WebPage, WebCursor>> {
  const now = ctx.clock.now();
  const rules = rulesOf(ctx.config);
  const site = new Site(ctx);
  const sitemaps = ctx.config.use_sitemap ? await readSitemaps(site) : NO_SITEMAPS;
  const cursorOf = (crawl: Crawl, { startedAt, ended }: Pick<WebCursor, 'startedAt' | 'ended'>): WebCursor => ({
    rules,
    startedAt,
    capped: crawl.frontier.isCapped,
    ended,
    pages: packPages(crawl.frontier.remember()),
  });

  const valid = since?.rules === rules ? since : undefined;
  const known = unpackPages(valid?.pages ?? '');
  let crawl = new Crawl(site, memoryOf(known, valid), sitemaps);
  if (known.length > 0) yield* crawl.run();
  else yield* withCursors(crawl, (so) => cursorOf(so, { startedAt: 0, ended: false }));
  if (valid && (await mustLookAgain(site, crawl, valid, known))) {
    ctx.log.info({ pages: known.length }, 'unchanged pages are read again for the links that they hold');
    crawl = new Crawl(site, memoryOf([], undefined), sitemaps);
    yield* crawl.run();
  }
  const { isComplete: complete } = crawl;
  yield { upserts: [], cursor: cursorOf(crawl, { startedAt: now, ended: true }), ...(complete && { complete }) };
}
