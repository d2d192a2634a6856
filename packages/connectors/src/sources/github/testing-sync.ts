import { Holding, jsonCopy, scopesOf, startReading } from '../../kit/contract-reading.ts';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { github } from './index.ts';

export interface SyncOptions {
  readonly config?: object;
  readonly token?: string;
  readonly stopAfter?: number;
  readonly fullRefresh?: boolean;
  /** Another attempt of the same job. */
  readonly goesOn?: boolean;
  readonly onPage?: () => void;
}

export interface Run {
  readonly stream: Stream;
  readonly pages: readonly Page<JsonObject, unknown>[];
  /** Keys of the rows. */
  readonly read: readonly string[];
  readonly cursors: ReadonlyMap<string, unknown>;
}

export const readingOf = (config: object, token?: string) =>
  startReading(github, { config, ...(token !== undefined && { credentials: { access_token: token } }) });

/** A stream and what an engine would hold of it after some jobs. */
export class SyncedStream {
  readonly holding = new Holding();
  readonly #name: string;
  readonly #config: object;
  readonly #cursors = new Map<string, unknown>();

  constructor(name: string, config: object) {
    this.#name = name;
    this.#config = config;
  }

  /** One job over all slices; it goes on from the cursors of the last one. */
  async sync(options: SyncOptions = {}): Promise<Run> {
    const { config, token, fullRefresh = false, goesOn = false } = options;
    const reading = readingOf({ ...this.#config, ...config }, token);
    const ctx = { ...reading.ctx, options: { ...reading.ctx.options, fullRefresh } };
    if (fullRefresh && !goesOn) this.#cursors.clear();
    if (!goesOn) this.holding.begin();
    try {
      const stream = (await github.discover(ctx)).find((one) => one.name === this.#name);
      if (!stream) throw new Error(`no stream ${this.#name}`);
      const pages = await this.#read(stream, options);
      const read = pages.flatMap((page) => page.upserts.map((row) => stream.key(row)));
      return { stream, pages, read, cursors: this.#cursors };
    } finally {
      await reading.close();
    }
  }

  async #read(stream: Stream, { stopAfter, onPage }: SyncOptions): Promise<readonly Page<JsonObject, unknown>[]> {
    const pages: Page<JsonObject, unknown>[] = [];
    const scopes = await scopesOf(stream);
    const complete = new Set<string>();
    for (const slice of scopes) {
      const id = slice?.id ?? '';
      const since = this.#cursors.has(id) ? stream.parseCursor(jsonCopy(this.#cursors.get(id))) : undefined;
      for await (const { complete: ends, ...page } of stream.read(since, slice)) {
        pages.push(page);
        this.holding.take(stream, page);
        if (ends) complete.add(id);
        if (page.cursor !== undefined) this.#cursors.set(id, page.cursor);
        onPage?.();
        if (pages.length === stopAfter) return pages;
      }
    }
    if (stream.deletes === 'listing' || complete.size === scopes.length) this.holding.sweep();
    return pages;
  }

  get held(): readonly string[] {
    return [...this.holding.records.keys()].sort();
  }
}
