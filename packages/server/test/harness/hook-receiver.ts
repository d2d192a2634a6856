import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HookCall {
  readonly url: string;
  readonly headers: object;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

export interface HookReceiver {
  readonly url: string;
  readonly seen: readonly HookCall[];
  /** What it answers from now on; 200 at first. */
  status: number;
  stop(): Promise<void>;
}

/** A real HTTP server on a free loopback port that remembers what it was sent; `onCall` hears of each call. */
export async function startHookReceiver(onCall?: (call: HookCall) => void): Promise<HookReceiver> {
  const seen: HookCall[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const body = text === '' ? undefined : (JSON.parse(text) as unknown);
      const call = { url: request.url ?? '', headers: request.headers, body };
      seen.push(call);
      onCall?.(call);
      response.writeHead(receiver.status, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: HookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    status: 200,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
