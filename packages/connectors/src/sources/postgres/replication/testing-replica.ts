import type { Connector, Stream } from '../../../kit/connector.ts';
import { ConnectorError } from '../../../kit/connector-error.ts';
import { Holding } from '../../../kit/contract-reading.ts';
import type { JsonObject } from '../../../kit/json.ts';
import { probeContext, type ProbeOptions } from '../../../testing/connector-probe.ts';
import { stored } from '../testing-database.ts';

export interface JobOptions extends ProbeOptions {
  /** The job breaks off after so many pages. */
  readonly breaksAfter?: number | null;
  /** Called after each page of the feed. */
  readonly onPage?: () => void;
}

class Broken extends Error {}

/** What an engine would hold and remember of a source with a feed, job after job. */
export class Replica {
  readonly #holdings = new Map<string, Holding>();
  readonly #cursors = new Map<string, unknown>();
  /** Streams that were copied from their start, in order. */
  readonly copies: string[] = [];
  feedCursor: unknown;
  #pagesLeft = Infinity;

  /** One job; `false` when it broke off. */
  async sync(connector: Connector, options: JobOptions): Promise<boolean> {
    this.#pagesLeft = options.breaksAfter ?? Infinity;
    for (const holding of this.#holdings.values()) holding.begin();
    // As in a job, whatever is still open when it is over ends with it.
    const over = new AbortController();
    const streams = await connector.discover(probeContext(connector, { ...options, signal: over.signal }));
    const names = new Set(streams.map((stream) => stream.name));
    for (const name of this.#holdings.keys()) if (!names.has(name)) this.#forget(name);
    try {
      await this.#syncFeed(streams, options.onPage);
      for (const stream of streams) if (!stream.feed) await this.#copy(stream);
      return true;
    } catch (error) {
      if (error instanceof Broken) return false;
      throw error;
    } finally {
      over.abort();
    }
  }

  /** The records of a stream by their key. */
  rows(stream: string): Record<string, JsonObject> {
    const held = this.#holdings.get(stream)?.sorted() ?? [];
    return Object.fromEntries(held.map(([key, text]) => [key, JSON.parse(text) as JsonObject]));
  }

  async #syncFeed(streams: readonly Stream[], onPage: (() => void) | undefined): Promise<void> {
    const members = streams.filter((stream) => stream.feed);
    const feed = members[0]?.feed;
    if (!feed) return;
    if (!(await this.#goesOn(feed))) {
      this.#cursors.clear();
      this.feedCursor = stored(await feed.start(undefined));
    }
    for (const stream of members) await this.#copy(stream);
    for await (const { parts, cursor } of feed.read(feed.parseCursor(this.feedCursor))) {
      for (const { stream: name, emptied, ...page } of parts) {
        if (emptied) this.#forget(name);
        const stream = members.find((one) => one.name === name);
        if (stream) this.#holding(name).take(stream, page);
      }
      if (cursor !== undefined) this.feedCursor = stored(cursor);
      onPage?.();
      this.#turnPage();
    }
  }

  async #goesOn(feed: NonNullable<Stream['feed']>): Promise<boolean> {
    if (this.feedCursor === undefined) return false;
    try {
      await feed.start(feed.parseCursor(this.feedCursor));
      return true;
    } catch (error) {
      if (error instanceof ConnectorError && error.reason !== 'cursor_expired') throw error;
      return false;
    }
  }

  async #copy(stream: Stream): Promise<void> {
    const last = this.#cursors.get(stream.name);
    try {
      await this.#read(stream, last);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.reason !== 'cursor_expired') throw error;
      await this.#read(stream, undefined);
    }
  }

  async #read(stream: Stream, since: unknown): Promise<void> {
    if (since === undefined) this.copies.push(stream.name);
    const holding = this.#holding(stream.name);
    if (since === undefined) holding.begin();
    for await (const page of stream.read(since === undefined ? undefined : stream.parseCursor(since))) {
      holding.take(stream, page);
      if (page.cursor !== undefined && stream.incremental) this.#cursors.set(stream.name, stored(page.cursor));
      this.#turnPage();
    }
    if (stream.deletes === 'listing') holding.sweep();
  }

  #turnPage(): void {
    this.#pagesLeft -= 1;
    if (this.#pagesLeft < 0) throw new Broken();
  }

  #holding(name: string): Holding {
    const holding = this.#holdings.get(name) ?? new Holding();
    this.#holdings.set(name, holding);
    return holding;
  }

  #forget(name: string): void {
    this.#holdings.delete(name);
    this.#cursors.delete(name);
  }
}
