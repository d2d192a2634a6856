import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API on loopback: orders in pages of two, filtered by the time of their last change, for whoever has the token. */
export interface OrdersApi {
  readonly url: string;
  readonly token: string;
  /** Requests so far, as path and query. */
  readonly asked: string[];
  close(): Promise<void>;
}

const ORDERS = [1, 2, 3, 4, 5].map((id) => ({
  id,
  kind: 'order',
  title: `Order ${id}`,
  updated_at: `2026-01-0${id}T00:00:00Z`,
}));
const PAGE = 2;

/** With `refresh`, the token is given for that refresh token by `/token`, and another one each time. */
export async function startOrdersApi(refresh?: string): Promise<OrdersApi> {
  const asked: string[] = [];
  let token = 'canary/token+0815=';
  let refreshed = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://orders');
    asked.push(`${url.pathname}${url.search}`);
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/token') {
      refreshed += 1;
      token = `fetched-canary-${refreshed}`;
      return answer(200, { access_token: token, expires_in: 3600, scope: 'read', echo: `is ${token}` });
    }
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (given !== token) return answer(401, { error: 'unauthorized' });
    const since = url.searchParams.get('updated_since') ?? '';
    const from = Number(url.searchParams.get('cursor') ?? '0');
    const wanted = ORDERS.filter((order) => order.updated_at >= since);
    const next = from + PAGE < wanted.length ? { next: String(from + PAGE) } : {};
    // As APIs do that help to debug: what came is in the answer, in other spellings.
    const spelled = [given, refresh ?? ''].map((text) => [
      text,
      Buffer.from(`:${text}`).toString('base64'),
      encodeURIComponent(text),
    ]);
    answer(200, { items: wanted.slice(from, from + PAGE), meta: next, echo: spelled });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get token() {
      return token;
    },
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
