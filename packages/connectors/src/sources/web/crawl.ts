import { ConnectorError } from '../../kit/connector-error.ts';
import type { Page } from '../../kit/page.ts';
import { wasRead } from './crawl-memory.ts';
import type { RememberedPage, WebCursor } from './crawl-memory.ts';
import { Frontier } from './frontier.ts';
import type { Discovery } from './frontier.ts';
import { PageDraft } from './page-draft.ts';
import { pageAddress } from './page-address.ts';
import { readPage } from './read-page.ts';
import type { PageFound } from './read-page.ts';
import type { SitemapPages } from './read-sitemaps.ts';
import type { Site } from './site.ts';
import type { SiteAnswer } from './site-client.ts';
import { validatorOf } from './validator.ts';
import type { Validator } from './validator.ts';
import type { WebPage } from './web-page.ts';

/** What a crawl knows from the one before. */
export interface CrawlMemory {
  readonly pages: ReadonlyMap<string, RememberedPage>;
  /** Addresses by the page that led to them first. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly startedAt: number;
  /** That crawl asked for every page that it remembers. */
  readonly isWhole: boolean;
}

type Visit =
  | Exclude<SiteAnswer, { type: 'page' | 'unchanged' }>
  | { readonly type: 'closed' }
  | { readonly type: 'unchanged'; readonly known: RememberedPage }
  | { readonly type: 'read'; readonly found: PageFound; readonly validator: Validator | undefined };

const LEADS_ON: ReadonlySet<Visit['type']> = new Set(['read', 'unchanged', 'redirect']);

const READ_TOGETHER = 4;
const MOST_HOPS = 5;
/** A site that fails so often in a row is down; the rest of it need not be asked for. */
const MOST_FAILURES_IN_A_ROW = 10;
/** A date in a sitemap may be a day without an hour, in any zone. */
const DATE_DOUBT_MS = 86_400_000;

/** One way through a site, from its start addresses and sitemaps along its links. */
export class Crawl {
  readonly frontier: Frontier;
  readonly draft = new PageDraft();
  /** Every page that should lead on was read. */
  isComplete = true;
  /** Some page was not read because it has not changed. */
  sawUnchanged = false;
  readonly #site: Site;
  readonly #memory: CrawlMemory;
  #asked = 0;
  #openStarts = 0;
  #failuresInARow = 0;

  constructor(site: Site, memory: CrawlMemory, sitemaps: SitemapPages) {
    this.#site = site;
    this.#memory = memory;
    this.frontier = new Frontier(site.ctx.config.max_pages);
    const root = { parent: undefined, depth: 0, hops: 0 };
    const dates = new Map(sitemaps.pages.map(({ address, lastmod }) => [address, lastmod]));
    for (const address of new Set([...site.scope.starts, ...dates.keys()]))
      this.frontier.add({ address, lastmod: dates.get(address), ...root });
    for (const failure of sitemaps.failures) this.draft.fail(failure);
    if (sitemaps.failures.length > 0) this.isComplete = false;
  }

  /** Throws `ConnectorError` when the site as a whole cannot be read. */
  async *run(): AsyncGenerator<Page<WebPage, WebCursor>> {
    for (;;) {
      const group = this.frontier.take(READ_TOGETHER);
      if (group.length === 0) break;
      const visits = await Promise.all(
        group.map(async (discovery) => ({ discovery, visit: await this.#visit(discovery) })),
      );
      for (const { discovery, visit } of visits) this.#settle(discovery, visit);
      this.#expectAStart(group.length);
      if (this.draft.isFull) yield this.draft.take();
    }
    yield this.draft.take();
  }

  async #visit(discovery: Discovery): Promise<Visit> {
    const { ctx, scope } = this.#site;
    const { address, lastmod } = discovery;
    if (!(await this.#site.isOpen(address))) return { type: 'closed' };
    const known = this.#usable(discovery);
    if (known && this.#isDatedBefore(known, lastmod)) return { type: 'unchanged', known };
    const isStart = scope.starts.includes(address);
    const answer = await this.#site.ask(address, { validator: known?.validator, mustBeOpen: isStart });
    ctx.signal.throwIfAborted();
    if (answer.type === 'unchanged' && known) return { type: 'unchanged', known };
    if (answer.type !== 'page') return answer.type === 'unchanged' ? { type: 'gone' } : answer;
    const rules = {
      documents: ctx.config.documents,
      agent: ctx.config.respect_robots ? ctx.config.user_agent : undefined,
      mayName: (key: string) => scope.contains(key),
    };
    const found = await readPage(address, answer.response, lastmod, rules, ctx.signal);
    return { type: 'read', found, validator: validatorOf(answer.response.headers) };
  }

  /**
   * What is known of a page, if "it has not changed" would be enough: its date in the sitemap is the same, and it is no
   * nearer than it was, since its links may not have been followed then.
   */
  #usable({ address, depth, lastmod }: Discovery): RememberedPage | undefined {
    const known = this.#memory.pages.get(address);
    return known && known.lastmod === lastmod && depth >= known.depth ? known : undefined;
  }

  #isDatedBefore(known: RememberedPage, lastmod: number | undefined): boolean {
    if (!this.#site.ctx.config.trust_lastmod || lastmod === undefined || !wasRead(known)) return false;
    return lastmod + DATE_DOUBT_MS < this.#memory.startedAt;
  }

  #settle(discovery: Discovery, visit: Visit): void {
    const isStart = this.#site.scope.starts.includes(discovery.address);
    if (visit.type !== 'failed') this.#failuresInARow = 0;
    if (isStart && LEADS_ON.has(visit.type)) this.#openStarts += 1;
    switch (visit.type) {
      case 'closed':
      case 'gone':
        break;
      case 'unchanged':
        this.#keep(discovery, visit.known);
        break;
      case 'redirect':
        this.#redirect(discovery, visit.to, isStart);
        break;
      case 'failed':
        this.#fail(discovery, visit, isStart);
        break;
      case 'read':
        this.#take(discovery, visit.found, visit.validator);
        break;
    }
  }

  #keep(discovery: Discovery, known: RememberedPage): void {
    this.sawUnchanged = true;
    const { key } = known;
    const isDouble = key !== undefined && this.draft.named.has(key);
    if (key !== undefined && !isDouble) this.draft.keep(key);
    this.#note(discovery.address, known.validator, key, isDouble);
    this.#follow(discovery, this.#memory.children.get(discovery.address) ?? []);
  }

  #take(discovery: Discovery, { row, links, failure }: PageFound, validator: Validator | undefined): void {
    const kept = row && this.#site.scope.keeps(row.url) ? row : undefined;
    const isDouble = kept !== undefined && this.draft.named.has(kept.url);
    if (kept && !isDouble) {
      this.draft.upsert(kept);
      if (failure) this.draft.fail(failure);
    }
    this.#note(discovery.address, validator, kept?.url, isDouble);
    if (this.#site.ctx.config.follow_links) this.#follow(discovery, links);
  }

  /** A page whose record another one gave has to be read next time too: it gives the record when the other is gone. */
  #note(address: string, validator: Validator | undefined, key: string | undefined, isDouble: boolean): void {
    this.frontier.note(address, isDouble ? undefined : validator, isDouble ? undefined : key);
  }

  #follow({ address, depth }: Discovery, links: readonly string[]): void {
    if (depth >= this.#site.ctx.config.max_depth) return;
    for (const link of links) {
      if (!this.#site.scope.contains(link)) continue;
      this.frontier.add({ address: link, parent: address, depth: depth + 1, hops: 0, lastmod: undefined });
    }
  }

  #redirect({ address, depth, hops }: Discovery, to: string, isStart: boolean): void {
    const target = pageAddress(to, address);
    if (target !== undefined && this.#site.scope.contains(target)) {
      if (hops < MOST_HOPS)
        this.frontier.add({ address: target, parent: address, depth, hops: hops + 1, lastmod: undefined });
    } else if (isStart) {
      const where = URL.parse(to, address)?.origin ?? 'another site';
      throw new ConnectorError('configuration', `${address} leads to ${where}; name that as the start address.`);
    }
  }

  #fail({ address, ...discovery }: Discovery, visit: Visit & { type: 'failed' }, isStart: boolean): void {
    if (visit.code === 'unavailable') this.#countFailure(visit.message, isStart);
    const known = this.#memory.pages.get(address);
    if (visit.hides && !this.#isOldNews(visit.code, known)) this.isComplete = false;
    this.draft.fail({ key: known?.key ?? address, code: visit.code, message: visit.message });
    this.#follow({ address, ...discovery }, this.#memory.children.get(address) ?? []);
  }

  #countFailure(message: string, isStart: boolean): void {
    this.#failuresInARow += 1;
    if (isStart || this.#failuresInARow >= MOST_FAILURES_IN_A_ROW) throw new ConnectorError('unavailable', message);
  }

  /** What was refused before as well has never led to anything that is stored. */
  #isOldNews(code: string, known: RememberedPage | undefined): boolean {
    return code === 'refused' && this.#memory.isWhole && known !== undefined && !wasRead(known);
  }

  /** A site none of whose starts can be read is not an empty site. */
  #expectAStart(asked: number): void {
    const { starts } = this.#site.scope;
    const before = this.#asked;
    this.#asked += asked;
    if (before >= starts.length || this.#asked < starts.length || this.#openStarts > 0) return;
    throw new ConnectorError(
      'configuration',
      'None of the start addresses leads to a page: they do not exist, or robots.txt closes them to us.',
    );
  }
}
