import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ShopOrder {
  readonly id: number;
  readonly title: string;
  readonly note: string;
  /** RFC 3339. */
  updated_at: string;
}

/** A shop's API on loopback: orders in pages, filtered by the time of their last change, for whoever has the token. */
export interface PlayedShop {
  readonly url: string;
  readonly token: string;
  readonly orders: ShopOrder[];
  /** Requests so far, as path and query. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const PAGE = 2;

export async function playShop(): Promise<PlayedShop> {
  const token = 'canary-shop-token-0815';
  const asked: string[] = [];
  const orders: ShopOrder[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    asked.push(`${url.pathname}${url.search}`);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) return void answer(401, { error: 'unauthorized' });
    if (url.pathname !== '/v1/orders') return void answer(404, { error: 'not found' });
    const since = url.searchParams.get('updated_after') ?? '';
    const from = Number(url.searchParams.get('from') ?? '0');
    const wanted = orders.filter((order) => order.updated_at >= since);
    const items = wanted.slice(from, from + PAGE);
    answer(200, { items, next: from + PAGE < wanted.length ? from + PAGE : null });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    orders,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The manifest of the shop's API. */
export const shopManifest = (changes: { readonly primaryKey?: string; readonly extra?: string } = {}): string => `
version: 6.0.0
type: DeclarativeSource
check:
  type: CheckStream
  stream_names: [orders]
streams:
  - type: DeclarativeStream
    name: orders
    primary_key: ${changes.primaryKey ?? 'id'}
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: "{{ config['base_url'] }}/v1/orders"
        authenticator:
          type: BearerAuthenticator
          api_token: "{{ config['token'] }}"
      record_selector:
        type: RecordSelector
        extractor:
          type: DpathExtractor
          field_path: [items]
      paginator:
        type: DefaultPaginator
        page_token_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: from
        pagination_strategy:
          type: CursorPagination
          cursor_value: "{{ response['next'] }}"
          stop_condition: "{{ response['next'] is none }}"
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated_at
      datetime_format: "%Y-%m-%dT%H:%M:%SZ"
      start_datetime:
        type: MinMaxDatetime
        datetime: "2020-01-01T00:00:00Z"
        datetime_format: "%Y-%m-%dT%H:%M:%SZ"
      start_time_option:
        type: RequestOption
        inject_into: request_parameter
        field_name: updated_after
    schema_loader:
      type: InlineSchemaLoader
      schema:
        type: object
        properties:
          id: {type: integer}
          title: {type: string}
          note: {type: string}
          updated_at: {type: string, format: date-time}
${changes.extra ?? ''}
spec:
  type: Spec
  connection_specification:
    type: object
    title: Shop
    required: [base_url, token]
    properties:
      base_url: {type: string, title: Address, order: 0}
      token: {type: string, title: Token, airbyte_secret: true, order: 1}
`;
