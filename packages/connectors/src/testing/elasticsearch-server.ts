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

/** What Elasticsearch says for a document that does not have the field it is sorted by. */
const MISSING = Number('9223372036854775807');

/**
 * Plays the part of Elasticsearch's REST API that reading needs, as its reference describes it: neither npm nor Debian has the
 * server. Points in time are copies, so what is written meanwhile is not seen, as it has to be.
 */
export async function playElasticsearch({ login, openSearch, tls }: PlayOptions = {}): Promise<PlayedCluster> {
  const indices: PlayedCluster['indices'] = new Map();
  const open: PlayedCluster['open'] = new Map();
  const asked: string[] = [];
  const openPath = openSearch ? /^\/([^/]+)\/_search\/point_in_time$/ : /^\/([^/]+)\/_pit$/;
  const closePath = openSearch ? '/_search/point_in_time' : '/_pit';

  const answer = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    const url = new URL(request.url ?? '/', 'http://cluster');
    const { pathname: path } = url;
    asked.push(`${request.method} ${path}`);
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`)
      return [401, { error: { type: 'security_exception' }, status: 401 }];
    if (path === '/')
      return [
        200,
        { cluster_name: 'played', version: { number: '8.15.0', ...(openSearch && { distribution: 'opensearch' }) } },
      ];
    if (path === '/_resolve/index/*') {
      const listed = [...indices].map(([name, { attributes = ['open'] }]) => ({ name, attributes }));
      return [200, { indices: listed, aliases: [], data_streams: [] }];
    }
    const [, mapped] = /^\/([^/]+)\/_mapping$/.exec(path) ?? [];
    if (mapped !== undefined) return [200, { [mapped]: { mappings: { properties: indices.get(mapped)?.properties } } }];
    const [, opened] = openPath.exec(path) ?? [];
    if (opened !== undefined) {
      const index = indices.get(opened);
      if (!index) return [404, { error: { type: 'index_not_found_exception' }, status: 404 }];
      const id = randomUUID();
      open.set(id, { index: opened, documents: new Map(index.documents) });
      return [200, openSearch ? { pit_id: id } : { id }];
    }
    const body = JSON.parse((await text(request)) || '{}') as unknown;
    if (path === closePath) {
      const { id, pit_id: ids } = body as { id?: string; pit_id?: string[] };
      return [open.delete(ids?.[0] ?? id ?? '') ? 200 : 404, { succeeded: true }];
    }
    if (path === '/_search') return search(body as Search);
    return [400, { error: { type: 'no handler' }, status: 400 }];
  };

  const search = ({ size, sort, query, pit, search_after: after }: Search): readonly [number, unknown] => {
    const moment = open.get(pit.id);
    if (!moment) return [404, { error: { type: 'search_context_missing_exception' }, status: 404 }];
    const [field = ''] = sort.length > 1 ? Object.keys(sort[0] ?? {}) : [];
    const isDate = indices.get(moment.index)?.properties[field]?.type === 'date';
    const numberOf = (value: unknown): number =>
      typeof value === 'string' && isDate ? Date.parse(value) : typeof value === 'number' ? value : MISSING;
    const [name = '', { gte = -Infinity, format = '' } = {}] =
      Object.entries(query?.bool.should[0].range ?? {})[0] ?? [];
    if (isDate && query !== undefined && format !== 'epoch_millis')
      return [400, { error: { type: 'parse_exception' }, status: 400 }];
    const hits = [...moment.documents].map(([id, source], place) => ({
      _id: id,
      _index: moment.index,
      _source: source,
      sort: field === '' ? [place] : [numberOf(source[field]), place],
    }));
    const before = (a: readonly number[], b: readonly number[]): number =>
      (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
    const found = hits
      .filter(({ _source }) => query === undefined || numberOf(_source[name as keyof typeof _source]) >= gte)
      .toSorted((a, b) => before(a.sort, b.sort))
      .filter((hit) => after === undefined || before(hit.sort, after) > 0);
    return [200, { pit_id: pit.id, timed_out: false, hits: { hits: found.slice(0, size) } }];
  };

  const listener: RequestListener = (request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
      response.end(JSON.stringify(body));
    });
  };
  const askFor = tls?.askFor === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca: tls.askFor };
  const server = tls ? createTlsServer({ key: tls.pem, cert: tls.pem, ...askFor }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    indices,
    asked,
    open,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
