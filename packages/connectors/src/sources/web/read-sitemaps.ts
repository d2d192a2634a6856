import type { RecordFailure } from '../../kit/page.ts';
import { pageAddress } from './page-address.ts';
import { MOST_SITEMAP_BYTES, parseSitemap } from './parse-sitemap.ts';
import type { SitemapEntry } from './parse-sitemap.ts';
import type { Site } from './site.ts';

export interface SitemapPages {
  /** Pages within the scope, as many as a crawl may ask for. */
  readonly pages: readonly { readonly address: string; readonly lastmod: number | undefined }[];
  /** Sitemaps that could not be read whole: pages that only they name are not known to be gone. */
  readonly failures: readonly RecordFailure[];
}

const MOST_SITEMAPS = 500;
const MOST_LEVELS = 3;

interface Listed {
  readonly address: string;
  readonly level: number;
  /** Nobody said that there is one. */
  readonly isGuess: boolean;
}

class SitemapWalk {
  readonly pages = new Map<string, number | undefined>();
  readonly failures: RecordFailure[] = [];
  readonly #site: Site;
  readonly #queue: Listed[] = [];
  readonly #known = new Set<string>();

  constructor(site: Site) {
    this.#site = site;
  }

  async list(): Promise<void> {
    const { starts } = this.#site.scope;
    for (const origin of new Set(starts.map((start) => new URL(start).origin))) {
      const { sitemaps } = await this.#site.rulesOf(origin);
      for (const sitemap of sitemaps) this.#add(sitemap, origin, { level: 1, isGuess: false });
      if (sitemaps.length === 0) this.#add('/sitemap.xml', origin, { level: 1, isGuess: true });
    }
  }

  async read(): Promise<void> {
    const most = this.#site.ctx.config.max_pages;
    // The queue grows while it is worked off.
    for (const listed of this.#queue) {
      if (this.pages.size >= most) return;
      await this.#readOne(listed);
    }
  }

  #add(href: string, base: string, how: Omit<Listed, 'address'>): void {
    const address = URL.parse(href, base)?.href;
    if (address === undefined || !this.#site.scope.isOnSite(address) || this.#known.has(address)) return;
    if (this.#queue.length >= MOST_SITEMAPS || how.level > MOST_LEVELS) return;
    this.#known.add(address);
    this.#queue.push({ address, ...how });
  }

  async #readOne({ address, level, isGuess }: Listed): Promise<void> {
    const answer = await this.#site.ask(address, { maxBytes: MOST_SITEMAP_BYTES });
    if (answer.type === 'redirect') return this.#add(answer.to, address, { level: level + 1, isGuess });
    if (answer.type === 'failed') {
      if (answer.hides && !(isGuess && answer.code === 'refused')) this.#fail(answer.code, answer.message);
      return;
    }
    if (answer.type !== 'page') return;
    const sitemap = parseSitemap(answer.response.bytes(), answer.response.headers['content-type']);
    if (sitemap.type === 'urlset') this.#take(sitemap.entries, address);
    else if (sitemap.type === 'index') {
      for (const entry of sitemap.entries) this.#add(entry.loc, address, { level: level + 1, isGuess: false });
    } else if (!isGuess) this.#fail('broken', `The sitemap ${address} is not a whole sitemap.`);
  }

  #take(entries: readonly SitemapEntry[], base: string): void {
    const { scope, ctx } = this.#site;
    for (const { loc, lastmod } of entries) {
      if (this.pages.size >= ctx.config.max_pages) return;
      const address = pageAddress(loc, base);
      if (address !== undefined && scope.contains(address)) this.pages.set(address, lastmod);
    }
  }

  #fail(code: string, message: string): void {
    this.failures.push({ code, message });
  }
}

/**
 * The pages that a site's sitemaps name (https://www.sitemaps.org/protocol.html): those of robots.txt, else /sitemap.xml,
 * through indexes. Throws `ConnectorError('unavailable')` when robots.txt cannot be had.
 */
export async function readSitemaps(site: Site): Promise<SitemapPages> {
  const walk = new SitemapWalk(site);
  await walk.list();
  await walk.read();
  const pages = [...walk.pages].map(([address, lastmod]) => ({ address, lastmod }));
  return { pages, failures: walk.failures };
}
