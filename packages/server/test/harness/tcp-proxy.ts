import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What to do with bytes: pass them on, swallow them, or cut the connection before or after they are passed on. */
type Verdict = 'pass' | 'swallow' | 'cut' | 'pass and cut';

export interface TcpProxy {
  readonly port: number;
  /** Looks at what clients send; each connection has a number. Default: `pass`. */
  onClientData: (data: Buffer, connection: number) => Verdict;
  /** Looks at what the server answers. */
  onServerData: (data: Buffer, connection: number) => Verdict;
  /** From now on nothing gets through in either direction, and nobody is told, as when the network between two hosts breaks. */
  partition(): void;
  /** What was on its way arrives now, as TCP would deliver it. */
  heal(): void;
  close(): Promise<void>;
}

/** A proxy of ours on loopback before a server, for faults of the network between. */
export async function startProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let broken = false;
  let connections = 0;
  const now = (step: () => void): void => {
    if (broken) held.push(step);
    else step();
  };
  const server = createServer();
  const proxy: TcpProxy & { port: number } = {
    port: 0,
    onClientData: () => 'pass',
    onServerData: () => 'pass',
    partition: () => void (broken = true),
    heal() {
      broken = false;
      for (const step of held.splice(0)) step();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', (client) => {
    const number = (connections += 1);
    const upstream = connect(target.port, target.host);
    const cut = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    const carry = (verdict: Verdict, to: Socket, data: Buffer): void => {
      if (verdict === 'pass') to.write(data);
      if (verdict === 'cut') cut();
      if (verdict === 'pass and cut') to.write(data, cut);
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        now(() => (socket === client ? upstream.end() : client.destroy()));
      });
    }
    client.on('data', (data) => now(() => carry(proxy.onClientData(data, number), upstream, data)));
    upstream.on('data', (data) => now(() => carry(proxy.onServerData(data, number), client, data)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  proxy.port = address.port;
  return proxy;
}
