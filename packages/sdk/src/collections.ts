import type { Collection, JsonObject, SearchRequest, SearchResult } from './model.ts';
import { eachItem, type ListOptions } from './pages.ts';
import type { CallOptions, Transport } from './transport.ts';

export interface CreateOptions extends CallOptions {
  /** Calls with the same key have one effect; made for each call when it is left out. */
  readonly idempotencyKey?: string;
}

/** Searchable sets of entities, addressed by their readable ids. */
export class Collections {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(
    input: { readonly name: string; readonly readable_id?: string; readonly sync_config?: JsonObject },
    options: CreateOptions = {},
  ): Promise<Collection> {
    return this.#transport.json({
      method: 'POST',
      path: '/v1/collections',
      body: input,
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  /** Every collection, newest first; pages are fetched as they are needed. */
  list(options: ListOptions & { readonly search?: string } = {}): AsyncGenerator<Collection, void> {
    return eachItem(this.#transport, '/v1/collections', { search: options.search }, options);
  }

  get(readableId: string, options: CallOptions = {}): Promise<Collection> {
    return this.#transport.json({ method: 'GET', path: pathOf(readableId), signal: options.signal });
  }

  update(readableId: string, change: { readonly name?: string }, options: CallOptions = {}): Promise<Collection> {
    return this.#transport.json({ method: 'PATCH', path: pathOf(readableId), body: change, signal: options.signal });
  }

  /** Deletes the collection with its source connections and everything that was read; gives it as it was. */
  delete(readableId: string, options: CallOptions = {}): Promise<Collection> {
    return this.#transport.json({ method: 'DELETE', path: pathOf(readableId), signal: options.signal });
  }

  /** The best hits first; throws `TributaryError('not_found')` for an unknown collection. */
  async search(
    readableId: string,
    request: SearchRequest,
    options: CallOptions = {},
  ): Promise<readonly SearchResult[]> {
    const answer = await this.#transport.json<{ readonly results: readonly SearchResult[] }>({
      method: 'POST',
      path: `${pathOf(readableId)}/search/instant`,
      body: request,
      signal: options.signal,
    });
    return answer.results;
  }
}

function pathOf(readableId: string): string {
  return `/v1/collections/${encodeURIComponent(readableId)}`;
}
