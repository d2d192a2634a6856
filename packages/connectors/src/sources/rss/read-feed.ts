import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import { TEXT_VERSION } from '../web/document-text.ts';
import { askFeed } from './ask-feed.ts';
import type { FeedAnswer, RssContext } from './ask-feed.ts';
import type { FeedCursor } from './feed-cursor.ts';
import type { FeedItem } from './feed-item.ts';
import { FullTextReader } from './full-text.ts';
import { ItemTracker } from './item-tracker.ts';
import { makeItem } from './make-item.ts';
import { shortHash } from './short-hash.ts';

/** Raise it when the same item gives another record. */
const READER_VERSION = 1;
const LONGEST_TAG = 1_000;
/** Reasons that would end the whole job. */
const STOPPING: ReadonlySet<ConnectorErrorReason> = new Set(['configuration', 'credential', 'refused']);
const MOST_UPSERTS = 200;
const MOST_FETCHED = 20;
const FETCHED_TOGETHER = 4;
const MOST_PAGE_TEXT = 4_000_000;

type ItemPage = Page<FeedItem, FeedCursor>;

interface Read {
  readonly row: FeedItem;
  readonly failure?: RecordFailure;
  /** It need not be read again as long as the feed says the same of it. */
  readonly isDone: boolean;
}

/** The items of a feed, each once: of several with one name the first, which is the newest. */
function rowsOf(url: string, { feed, base }: FeedAnswer & { type: 'feed' }, tracker: ItemTracker): readonly FeedItem[] {
  const rows = new Map<string, FeedItem>();
  for (const item of feed.items) {
    const row = makeItem(url, base, feed, item);
    if (!rows.has(row.id) && !tracker.isExpired(row)) rows.set(row.id, row);
  }
  return [...rows.values()];
}

async function withFullText(reader: FullTextReader, row: FeedItem): Promise<Read> {
  if (row.url === undefined) return { row, isDone: true };
  const found = await reader.read(row.url);
  if (found.type === 'text') return { row: { ...row, text: found.text }, isDone: true };
  const failure = { key: row.id, code: found.code, message: `${row.title ?? row.id}: ${found.message}` };
  return { row, failure, isDone: !found.mayComeBack };
}

/** Groups of rows that fit into a page. */
function* inPages(rows: readonly FeedItem[], most: number): Generator<readonly FeedItem[]> {
  let group: FeedItem[] = [];
  let size = 0;
  for (const row of rows) {
    group.push(row);
    size += row.text.length;
    if (group.length < most && size < MOST_PAGE_TEXT) continue;
    yield group;
    group = [];
    size = 0;
  }
  if (group.length > 0) yield group;
}

class FeedReading {
  readonly #ctx: RssContext;
  readonly #url: string;
  readonly #rules: string;
  readonly #since: FeedCursor | undefined;
  readonly #tracker: ItemTracker;

  constructor(ctx: RssContext, url: string, since: FeedCursor | undefined) {
    const { keep_days, fetch_full_text } = ctx.config;
    this.#ctx = ctx;
    this.#url = url;
    this.#rules = shortHash(
      16,
      JSON.stringify([READER_VERSION, TEXT_VERSION, url, keep_days ?? null, fetch_full_text]),
    );
    this.#since = since?.rules === this.#rules ? since : undefined;
    this.#tracker = new ItemTracker(ctx.config, ctx.clock.now(), this.#since?.items ?? []);
  }

  async *run(): AsyncGenerator<ItemPage> {
    const answer = await this.#ask();
    if (answer.type === 'failed') yield { upserts: [], failures: [answer.failure] };
    else if (answer.type === 'unchanged') yield this.#unchanged();
    else if (this.#ctx.config.fetch_full_text) yield* this.#readPages(answer);
    else yield* this.#readItems(answer);
  }

  /** One feed of several that is gone or closed must not stop the others; the only one must. */
  async #ask(): Promise<FeedAnswer | { readonly type: 'failed'; readonly failure: RecordFailure }> {
    try {
      return await askFeed(this.#ctx, this.#url, this.#since);
    } catch (error) {
      if (!(error instanceof ConnectorError) || !STOPPING.has(error.reason)) throw error;
      if (this.#ctx.config.urls.length === 1) throw error;
      return { type: 'failed', failure: { code: error.reason, message: error.message } };
    }
  }

  #unchanged(): ItemPage {
    const { items, deletes } = this.#tracker.settle();
    return { upserts: [], deletes, cursor: { ...(this.#since ?? { rules: this.#rules }), ...(items && { items }) } };
  }

  async *#readItems(answer: FeedAnswer & { type: 'feed' }): AsyncGenerator<ItemPage> {
    const rows = rowsOf(this.#url, answer, this.#tracker);
    for (const upserts of inPages(rows, MOST_UPSERTS)) {
      this.#ctx.signal.throwIfAborted();
      for (const row of upserts) this.#tracker.note(row, true);
      yield { upserts };
    }
    yield this.#last(answer);
  }

  /** Asks for the pages behind the items that are new or changed; the cursor keeps those that are read, group by group. */
  async *#readPages(answer: FeedAnswer & { type: 'feed' }): AsyncGenerator<ItemPage> {
    const reader = new FullTextReader(this.#ctx);
    const rows = rowsOf(this.#url, answer, this.#tracker);
    const known = new Set(rows.filter((row) => this.#tracker.isKnown(row)));
    for (const row of known) this.#tracker.note(row, true);
    let allDone = true;
    for (const group of inPages(
      rows.filter((row) => !known.has(row)),
      MOST_FETCHED,
    )) {
      const reads: Read[] = [];
      for (let at = 0; at < group.length; at += FETCHED_TOGETHER) {
        const together = group.slice(at, at + FETCHED_TOGETHER);
        reads.push(...(await Promise.all(together.map((row) => withFullText(reader, row)))));
      }
      // The feed's own words are what a change is noticed by.
      for (const [at, row] of group.entries()) this.#tracker.note(row, reads[at]?.isDone === true);
      allDone &&= reads.every(({ isDone }) => isDone);
      const failures = reads.flatMap(({ failure }) => failure ?? []);
      yield { upserts: reads.map(({ row }) => row), failures, cursor: this.#cursor(answer, false) };
    }
    yield { ...this.#last(answer, allDone), present: [...known].map(({ id }) => id) };
  }

  #last(answer: FeedAnswer & { type: 'feed' }, isDone = true): ItemPage {
    return { upserts: [], deletes: this.#tracker.settle().deletes, cursor: this.#cursor(answer, isDone) };
  }

  /** `isDone`: the feed need not be looked at again until it changes. */
  #cursor({ address, etag, modified }: FeedAnswer & { type: 'feed' }, isDone: boolean): FeedCursor {
    const { items } = this.#tracker.settle();
    return {
      rules: this.#rules,
      ...(address !== undefined && { address }),
      ...(isDone && etag !== undefined && etag.length <= LONGEST_TAG && { etag }),
      ...(isDone && modified !== undefined && modified.length <= 100 && { modified }),
      ...(items && { items }),
    };
  }
}

/** Reads one feed. Throws `ConnectorError`; see `askFeed`. */
export function readFeed(ctx: RssContext, url: string, since: FeedCursor | undefined): AsyncGenerator<ItemPage> {
  return new FeedReading(ctx, url, since).run();
}
