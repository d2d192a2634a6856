import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackRequest {
  readonly method: string;
  /** As the source would be asked: `https`, its own host, no port. */
  readonly url: URL;
  readonly body: string;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Stands for every host of every API; `answer` tells them apart. */
export async function startLoopback(answer: (request: LoopbackRequest) => LoopbackAnswer): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    bodyOf(request).then(
      (body) => {
        const host = (request.headers.host ?? 'localhost').replace(/:\d+$/, '');
        const url = new URL(request.url ?? '/', `https://${host}`);
        const given = answer({ method: request.method ?? 'GET', url, body });
        response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers }).end(given.body);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
