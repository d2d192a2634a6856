import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

/** What a turnstile says to the next request instead of letting it through; `undefined` lets it through. */
export type Verdict = (
  count: number,
) => { readonly status: number; readonly headers?: Record<string, string> } | undefined;

export interface Turnstile {
  readonly origin: string;
  /** Requests seen since the last `rule`. */
  readonly seen: number;
  /** Sets what happens from now on and starts counting from 0. */
  rule(verdict: Verdict): void;
  close(): Promise<void>;
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  upstream: string,
  agent: Agent,
): Promise<void> {
  const body = await Array.fromAsync(incoming as AsyncIterable<Buffer>);
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  const answer = await request(new URL(incoming.url ?? '/', upstream), {
    method: incoming.method ?? 'GET',
    headers,
    body: body.length > 0 ? Buffer.concat(body) : null,
    dispatcher: agent,
  });
  const { 'transfer-encoding': _encoding, connection: _kept, ...kept } = answer.headers;
  response.writeHead(answer.statusCode, kept);
  response.end(Buffer.from(await answer.body.arrayBuffer()));
}

/** A real HTTP server in front of a test's source, so that a refusal or a limit can be had of any source at any moment. */
export async function startTurnstile(upstream: string): Promise<Turnstile> {
  let verdict: Verdict = () => undefined;
  let seen = 0;
  const agent = new Agent();
  const server: Server = createServer((incoming, response) => {
    const said = verdict(seen);
    seen += 1;
    if (said) {
      incoming.resume();
      response.writeHead(said.status, said.headers).end('{"error":"turnstile"}');
      return;
    }
    forward(incoming, response, upstream, agent).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    get seen() {
      return seen;
    },
    rule(next) {
      verdict = next;
      seen = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await agent.destroy();
    },
  };
}
