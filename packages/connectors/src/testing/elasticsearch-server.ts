import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../kit/json.ts';

export interface PlayedIndex {
  readonly properties: Readonly<Record<string, { readonly type: string }>>;
  readonly documents: Map<string, JsonObject>;
  readonly attributes?: readonly string[];
}

export interface PlayedCluster {
  readonly port: number;
  readonly origin: string;
  readonly indices: Map<string, PlayedIndex>;
  /** Methods and paths, in their order. */
  readonly asked: string[];
  /** Points in time that are open. */
  readonly open: Map<string, { index: string; documents: Map<string, JsonObject> }>;
  close(): void;
}

export interface PlayOptions {
  readonly login?: string;
  readonly openSearch?: boolean;
  /** Private key and certificate, one PEM text; with `askFor` the authority of certificates that clients must show. */
  readonly tls?: { readonly pem: string; readonly askFor?: string };
}

interface Search {
  readonly size: number;
  readonly search_after?: readonly number[];
  readonly sort: readonly Readonly<Record<string, unknown>>[];
  readonly query?: {
    readonly bool: { readonly should: readonly [{ readonly range: Record<string, { gte: number; format?: string }> }] };
  };
  readonly pit: { readonly id: string };
}

type Answer = readonly [status: number, body: unknown];

const fault = (status: number, type: string): Answer => [status, { error: { type }, status }];

/** What Elasticsearch says for a document that does not have the field it is sorted by. */
const MISSING = Number('9223372036854775807');

class Cluster {
  readonly indices: PlayedCluster['indices'] = new Map();
  readonly open: PlayedCluster['open'] = new Map();
  readonly asked: string[] = [];
  readonly #options: PlayOptions;

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const { pathname: path } = new URL(request.url ?? '/', 'http://cluster');
    const { login, openSearch } = this.#options;
    this.asked.push(`${request.method} ${path}`);
    const body = JSON.parse((await text(request)) || '{}') as unknown;
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`)
      return fault(401, 'security_exception');
    if (path === '/') {
      const version = { number: '8.15.0', ...(openSearch && { distribution: 'opensearch' }) };
      return [200, { cluster_name: 'played', version }];
    }
    if (path === '/_search') return this.#search(body as Search);
    if (path === (openSearch ? '/_search/point_in_time' : '/_pit')) return this.#close(body);
    return this.#ofIndex(path);
  }

  #ofIndex(path: string): Answer {
    if (path === '/_resolve/index/*') {
      const indices = [...this.indices].map(([name, { attributes = ['open'] }]) => ({ name, attributes }));
      return [200, { indices, aliases: [], data_streams: [] }];
    }
    const [, name = '', what] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const index = this.indices.get(name);
    if (!index) return fault(404, 'index_not_found_exception');
    if (what === '_mapping') return [200, { [name]: { mappings: { properties: index.properties } } }];
    if (what !== (this.#options.openSearch ? '_search/point_in_time' : '_pit')) return fault(400, 'no handler');
    const id = randomUUID();
    this.open.set(id, { index: name, documents: new Map(index.documents) });
    return [200, this.#options.openSearch ? { pit_id: id } : { id }];
  }

  #close(body: unknown): Answer {
    const { id, pit_id: ids } = body as { id?: string; pit_id?: string[] };
    return [this.open.delete(ids?.[0] ?? id ?? '') ? 200 : 404, { succeeded: true }];
  }

  #search({ size, sort, query, pit, search_after: after }: Search): Answer {
    const moment = this.open.get(pit.id);
    if (!moment) return fault(404, 'search_context_missing_exception');
    const [field = ''] = sort.length > 1 ? Object.keys(sort[0] ?? {}) : [];
    const isDate = this.indices.get(moment.index)?.properties[field]?.type === 'date';
    const range = query?.bool.should[0].range[field];
    if (range && isDate && range.format !== 'epoch_millis') return fault(400, 'parse_exception');
    const hits = [...moment.documents].map(([id, source], place) => ({
      _id: id,
      _index: moment.index,
      _source: source,
      sort: field === '' ? [place] : [numberOf(source[field], isDate), place],
    }));
    const found = hits
      // Those without the field have the largest value, and the query asks for them too.
      .filter((hit) => range === undefined || (hit.sort[0] ?? 0) >= range.gte)
      .toSorted((a, b) => inOrder(a.sort, b.sort))
      .filter((hit) => after === undefined || inOrder(hit.sort, after) > 0);
    return [200, { pit_id: pit.id, timed_out: false, hits: { hits: found.slice(0, size) } }];
  }
}

const inOrder = (a: readonly number[], b: readonly number[]): number =>
  (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);

function numberOf(value: unknown, isDate: boolean): number {
  if (typeof value === 'string' && isDate) return Date.parse(value);
  return typeof value === 'number' ? value : MISSING;
}

/**
 * Plays the part of Elasticsearch's REST API that reading needs, as its reference describes it: neither npm nor Debian has the
 * server. Points in time are copies, so what is written meanwhile is not seen, as it has to be.
 */
export async function playElasticsearch(options: PlayOptions = {}): Promise<PlayedCluster> {
  const cluster = new Cluster(options);
  const listener: RequestListener = (request, response) => {
    void cluster.answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
      response.end(JSON.stringify(body));
    });
  };
  const { tls } = options;
  const askFor = tls?.askFor === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca: tls.askFor };
  const server = tls ? createTlsServer({ key: tls.pem, cert: tls.pem, ...askFor }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { indices, asked, open } = cluster;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port, origin: `http://127.0.0.1:${port}`, indices, asked, open, close };
}
