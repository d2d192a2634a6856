import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyBytes, type Exchange } from '../recording/exchange.ts';
import { ExchangeBook } from '../recording/exchange-book.ts';

/** The host that a request was meant for, where it had to be sent elsewhere. */
export const MEANT_HOST = 'x-meant-host';

export interface RecordedServer {
  readonly origin: string;
  /** Requests for which nothing was recorded, as `GET /path?query`. */
  readonly unknown: readonly string[];
  /** Exchanges that were not asked for since the last `rewind`. */
  readonly unused: readonly Exchange[];
  rewind(): void;
  close(): Promise<void>;
}

export interface RecordedServerOptions {
  /** Refuses with 401 what this does not let in. */
  readonly lets?: (headers: IncomingMessage['headers'], url: URL) => boolean;
}

/** Plays a source on loopback from what was recorded of it; asks for what was not are answered with 404, and noted. */
export async function startRecordedServer(
  exchanges: readonly Exchange[],
  { lets = () => true }: RecordedServerOptions = {},
): Promise<RecordedServer> {
  const book = new ExchangeBook(exchanges);
  const unknown: string[] = [];
  const play = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
    const host = incoming.headers[MEANT_HOST] ?? incoming.headers.host ?? 'localhost';
    const url = new URL(incoming.url ?? '/', `https://${String(host)}`);
    const method = incoming.method ?? 'GET';
    if (!lets(incoming.headers, url)) return void response.writeHead(401).end('{"error":"unauthorized"}');
    const answer = book.answer({ method, url, body });
    if (!answer) {
      unknown.push(`${method} ${url.pathname}${url.search}${body.length > 0 ? ` ${body.toString('utf8')}` : ''}`);
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not recorded"}');
    }
    const type = typeof answer.body === 'object' && 'json' in answer.body ? 'application/json' : 'text/plain';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
    response.end(bodyBytes(answer.body));
  };
  const server = createServer((incoming, response) => {
    play(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    unknown,
    get unused() {
      return book.unused;
    },
    rewind() {
      book.rewind();
      unknown.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
