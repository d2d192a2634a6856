import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface EchoUpstream {
  readonly host: string;
  readonly port: number;
  /** All bytes that came, as Latin-1. */
  received(): string;
  stop(): Promise<void>;
}

const statuses = ['401 Unauthorized', '403 Forbidden', '400 Bad Request', '500 Oops', '404 Not Found', '200 OK'];

/**
 * The worst source there is: it says back whatever it was told, with another status each time, also to those who do not speak
 * HTTP, and hangs up.
 */
export async function startEchoUpstream(): Promise<EchoUpstream> {
  let received = '';
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      received += text;
      if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) return void socket.end(chunk);
      count += 1;
      const echo = JSON.stringify({ message: `you said: ${text}`, token: text });
      socket.end(
        `HTTP/1.1 ${statuses[count % statuses.length]}\r\ncontent-type: application/json\r\ncontent-length: ${echo.length}\r\nconnection: close\r\n\r\n${echo}`,
      );
    });
    // Databases speak first to some; whoever waits for that is not kept waiting.
    setTimeout(() => socket.end('-ERR\r\n'), 500).unref();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    received: () => received,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
