import { isDeepStrictEqual } from 'node:util';
import { bodyBytes, bodyOf, type Exchange } from './exchange.ts';

export interface AskedRequest {
  readonly method: string;
  /** With its query. The host counts only when it is one of those that were recorded. */
  readonly url: URL;
  readonly body: Buffer;
}

const pairsOf = (url: URL): string => JSON.stringify([...url.searchParams].map((pair) => pair.join('=')).toSorted());

/**
 * Recorded exchanges that answer requests again. A request meets those of its method, path and query (in any order), with its body
 * where one was recorded; of several they answer in turn, and the last goes on answering.
 */
export class ExchangeBook {
  readonly #exchanges: readonly { readonly exchange: Exchange; readonly url: URL }[];
  readonly #hosts: ReadonlySet<string>;
  readonly #used = new Set<Exchange>();

  constructor(exchanges: readonly Exchange[]) {
    this.#exchanges = exchanges.map((exchange) => ({ exchange, url: new URL(exchange.request.url) }));
    this.#hosts = new Set(this.#exchanges.map(({ url }) => url.host));
  }

  /** `undefined` when nothing was recorded for the request. */
  answer(asked: AskedRequest): Exchange['response'] | undefined {
    const fitting = this.#exchanges.filter(({ exchange, url }) => this.#fits(asked, exchange, url));
    const next = fitting.find(({ exchange }) => !this.#used.has(exchange)) ?? fitting.at(-1);
    if (!next) return undefined;
    this.#used.add(next.exchange);
    return next.exchange.response;
  }

  /** Those that no request has met. */
  get unused(): readonly Exchange[] {
    return this.#exchanges.map(({ exchange }) => exchange).filter((exchange) => !this.#used.has(exchange));
  }

  /** Begins again: what was answered counts no more. */
  rewind(): void {
    this.#used.clear();
  }

  #fits({ method, url: asked, body }: AskedRequest, { request }: Exchange, url: URL): boolean {
    if (request.method !== method || url.pathname !== asked.pathname) return false;
    if (this.#hosts.has(asked.host) && url.host !== asked.host) return false;
    if (pairsOf(url) !== pairsOf(asked)) return false;
    return request.body === undefined || isDeepStrictEqual(bodyOf(bodyBytes(request.body)), bodyOf(body));
  }
}
