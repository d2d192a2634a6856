import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectorError } from './connector-error.ts';
import type { Clock } from './context.ts';
import { createHttpClient } from './guarded-http-client.ts';
import type { GuardedHttpClient, HttpClientOptions } from './guarded-http-client.ts';

export interface LocalServer {
  readonly origin: string;
  readonly server: Server;
  /** Requests so far. */
  seen(): number;
}

/** What tests of HTTP need: real servers on the loopback, real clients, and a clock whose waits are noted and not slept. */
export class HttpRig {
  readonly lines: string[] = [];
  readonly waits: number[] = [];
  readonly clock: Clock = {
    now: () => Date.now() + this.waits.reduce((sum, ms) => sum + ms, 0),
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      this.waits.push(ms);
      return Promise.resolve();
    },
  };
  readonly #servers: Server[] = [];
  readonly #clients: GuardedHttpClient[] = [];

  /** A client that may reach 127.0.0.0/8, and whose jitter is always the whole interval. */
  client(options: Partial<HttpClientOptions> = {}): GuardedHttpClient {
    const note = (fields: unknown, message: string): void =>
      void this.lines.push(`${message} ${JSON.stringify(fields)}`);
    const made = createHttpClient({
      policy: { allow: ['127.0.0.0/8'] },
      limits: { requestsPerMinute: 60_000, concurrency: 10 },
      clock: this.clock,
      log: { debug: note, info: note, warn: note },
      random: () => 1,
      ...options,
    });
    this.#clients.push(made);
    return made;
  }

  /** `count` is the number of requests that the server saw before. */
  async serve(
    handler: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  ): Promise<LocalServer> {
    let count = 0;
    const server = createServer((request, response) => {
      count += 1;
      handler(request, response, count - 1);
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { origin: `http://127.0.0.1:${port}`, server, seen: () => count };
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

/** The `ConnectorError` that a promise ends with; throws when it ends otherwise. */
export async function connectorErrorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof ConnectorError) return outcome;
  throw new Error(`a ConnectorError was expected, not ${String(outcome)}`);
}

export const openConnections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
