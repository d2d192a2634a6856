import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlayedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Asked {
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
}

/** A web server whose addresses and answers a test sets as it goes. */
export interface WebServer {
  readonly origin: string;
  /** Requests since the last `forget`. */
  readonly asked: readonly Asked[];
  /** Sets what a path (with query) answers; a text is a page. `undefined` takes it away. */
  set(path: string, answer: string | PlayedAnswer | ((headers: IncomingHttpHeaders) => PlayedAnswer) | undefined): void;
  /** Answers for paths that are not set; 404 by default. */
  otherwise(answer: (path: string, headers: IncomingHttpHeaders) => PlayedAnswer): void;
  /** Takes all paths away and forgets the requests. */
  clear(): void;
  forget(): void;
  close(): Promise<void>;
}

type Answer = (headers: IncomingHttpHeaders) => PlayedAnswer;

const NOT_FOUND: PlayedAnswer = { status: 404, body: 'not here' };

const answerOf = (given: string | PlayedAnswer | Answer): Answer => {
  if (typeof given === 'function') return given;
  return () => (typeof given === 'string' ? { body: given } : given);
};

/** As servers do: 304 when the tag, or else the date, is the one that was asked with. */
function isUnchanged(headers: IncomingHttpHeaders, { status = 200, headers: own = {} }: PlayedAnswer): boolean {
  if (status !== 200) return false;
  if (headers['if-none-match'] !== undefined) return headers['if-none-match'] === own['etag'];
  const since = headers['if-modified-since'];
  return since !== undefined && Date.parse(own['last-modified'] ?? '') <= Date.parse(since);
}

/** Starts a server on a free loopback port. */
export async function startWebServer(): Promise<WebServer> {
  const answers = new Map<string, Answer>();
  const asked: Asked[] = [];
  let fallback = (_path: string, _headers: IncomingHttpHeaders): PlayedAnswer => NOT_FOUND;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const set = answers.get(path);
    const answer = set ? set(request.headers) : fallback(path, request.headers);
    const status = isUnchanged(request.headers, answer) ? 304 : (answer.status ?? 200);
    asked.push({ path, headers: request.headers, status });
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...answer.headers });
    response.end(status === 304 ? undefined : (answer.body ?? ''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    set(path, answer) {
      if (answer === undefined) answers.delete(path);
      else answers.set(path, answerOf(answer));
    },
    otherwise(answer) {
      fallback = answer;
    },
    clear() {
      answers.clear();
      asked.length = 0;
      fallback = () => NOT_FOUND;
    },
    forget() {
      asked.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
