import { createHash } from 'node:crypto';
import type { Page } from '../../kit/page.ts';
import type { WebConfig } from './config.ts';
import { Crawl } from './crawl.ts';
import type { CrawlMemory } from './crawl.ts';
import { packPages, unpackPages } from './crawl-memory.ts';
import type { RememberedPage, WebCursor } from './crawl-memory.ts';
import { TEXT_VERSION } from './document-text.ts';
import { pageAddress } from './page-address.ts';
import { readSitemaps } from './read-sitemaps.ts';
import type { SitemapPages } from './read-sitemaps.ts';
import { Site } from './site.ts';
import type { WebContext } from './site.ts';
import type { Validator } from './validator.ts';
import type { WebPage } from './web-page.ts';

/** Raise it when the same page gives another record. */
const READER_VERSION = 1;
/** Cursors within a first crawl are written each time it has grown by so much. */
const CURSOR_GROWTH = 1.25;
const FIRST_CURSOR_AT = 20;

/** More addresses that are gone are not remembered; each is a request in every run. */
const MOST_LOST = 100;

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

/** Addresses that the crawl did not come by, and records that it did not name although their address was not seen to be gone. */
const missedBy = (crawl: Crawl, pages: readonly RememberedPage[]): readonly RememberedPage[] =>
  pages.filter(({ address, key }) => {
    const isNamed = key !== undefined && crawl.draft.named.has(key);
    return !isNamed && (!crawl.frontier.has(address) || (key !== undefined && key !== address));
  });

/** Whether an address that nothing seems to lead to any more still answers. */
async function answers(site: Site, crawl: Crawl, address: string, validator?: Validator): Promise<boolean> {
  if (!site.scope.contains(address) || !(await site.isOpen(address))) return false;
  const answer = await site.ask(address, { validator });
  if (answer.type !== 'redirect') return answer.type !== 'gone';
  const target = pageAddress(answer.to, address);
  return target !== undefined && site.scope.contains(target) && !crawl.frontier.has(target);
}

/** Whether another page may lead to what the crawl missed, or may give the record that a gone page gave. */
async function isAlive(site: Site, crawl: Crawl, { key = '', validator, address }: RememberedPage): Promise<boolean> {
  if (!crawl.frontier.has(address) && (await answers(site, crawl, address, validator))) return true;
  if (key === '' || key === address) return false;
  return crawl.frontier.has(key) || (await answers(site, crawl, key));
}

/** A page that fails twice in one run is one failure. */
async function* tellingFailuresOnce(
  pages: AsyncIterable<Page<WebPage, WebCursor>>,
  told: Set<string>,
): AsyncGenerator<Page<WebPage, WebCursor>> {
  for await (const page of pages) {
    const failures = page.failures?.filter(({ key }) => key === undefined || !told.has(key)) ?? [];
    for (const { key } of failures) if (key !== undefined) told.add(key);
    yield { ...page, failures };
  }
}

/** One run: a crawl on top of what the last one remembers, and another without that when it may have missed something. */
class SiteReading {
  readonly #ctx: WebContext;
  readonly #site: Site;
  readonly #sitemaps: SitemapPages;
  readonly #rules: string;
  readonly #since: WebCursor | undefined;
  readonly #told = new Set<string>();
  #crawl: Crawl;
  /** Addresses that are gone, and to which unchanged pages may link: asked for again, since nobody tells of their return. */
  #lost: readonly RememberedPage[] = [];

  constructor(ctx: WebContext, site: Site, sitemaps: SitemapPages, since: WebCursor | undefined) {
    this.#ctx = ctx;
    this.#site = site;
    this.#sitemaps = sitemaps;
    this.#rules = rulesOf(ctx.config);
    this.#since = since?.rules === this.#rules ? since : undefined;
    this.#crawl = new Crawl(site, memoryOf([], undefined), sitemaps);
  }

  async *run(): AsyncGenerator<Page<WebPage, WebCursor>> {
    const startedAt = this.#ctx.clock.now();
    const known = unpackPages(this.#since?.pages ?? '');
    if (known.length > 0) yield* this.#runOnTopOf(known);
    else yield* this.#runFirst();
    const { isComplete: complete } = this.#crawl;
    yield { upserts: [], cursor: this.#cursor({ startedAt, ended: true }), ...(complete && { complete }) };
  }

  /** A first crawl gives a cursor now and then, so that one that breaks off need not ask for everything again. */
  async *#runFirst(): AsyncGenerator<Page<WebPage, WebCursor>> {
    let cursorAt = FIRST_CURSOR_AT;
    for await (const page of this.#crawl.run()) {
      const hasGrown = this.#crawl.frontier.size >= cursorAt;
      if (hasGrown) cursorAt = this.#crawl.frontier.size * CURSOR_GROWTH;
      yield hasGrown ? { ...page, cursor: this.#cursor({ startedAt: 0, ended: false }) } : page;
    }
  }

  async *#runOnTopOf(known: readonly RememberedPage[]): AsyncGenerator<Page<WebPage, WebCursor>> {
    this.#crawl = new Crawl(this.#site, memoryOf(known, this.#since), this.#sitemaps);
    yield* tellingFailuresOnce(this.#crawl.run(), this.#told);
    const { sawUnchanged, frontier } = this.#crawl;
    const hidLinks = sawUnchanged && this.#since?.capped === true;
    // What there was no room for stays out of sight until there is.
    if (hidLinks && frontier.isFull) frontier.isCapped = true;
    const mustLookAgain = sawUnchanged && !frontier.isFull && (hidLinks || (await this.#missesLivingPages(known)));
    if (!mustLookAgain) return;
    this.#ctx.log.info({ pages: known.length }, 'unchanged pages are read again for the links that they hold');
    this.#crawl = new Crawl(this.#site, memoryOf([], undefined), this.#sitemaps);
    yield* tellingFailuresOnce(this.#crawl.run(), this.#told);
  }

  /** A page that has lost the link that led to it and still answers: an unchanged page may link to it as well. */
  async #missesLivingPages(known: readonly RememberedPage[]): Promise<boolean> {
    const missed = missedBy(this.#crawl, known);
    for (const page of missed) if (await isAlive(this.#site, this.#crawl, page)) return true;
    this.#lost = missed
      .filter(({ address }) => !this.#crawl.frontier.has(address))
      .slice(-MOST_LOST)
      .map(({ address, depth }) => ({ address, depth }));
    return false;
  }

  #cursor({ startedAt, ended }: Pick<WebCursor, 'startedAt' | 'ended'>): WebCursor {
    const { frontier } = this.#crawl;
    const pages = packPages([...frontier.remember(), ...this.#lost]);
    return { rules: this.#rules, startedAt, capped: frontier.isCapped, ended, pages };
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
  const site = new Site(ctx);
  const sitemaps = ctx.config.use_sitemap ? await readSitemaps(site) : NO_SITEMAPS;
  yield* new SiteReading(ctx, site, sitemaps, since).run();
}
