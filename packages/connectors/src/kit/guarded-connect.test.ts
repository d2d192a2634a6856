import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createConnect } from './guarded-connect.ts';
import type { Lookup } from './network-guard.ts';

/** Self-signed for `db.example.test` and 127.0.0.1; made for these tests with `openssl req -x509`. */
const pem = readFileSync(new URL('./fixtures/db.example.test.pem', import.meta.url), 'utf8');
const loopback: Lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const policy = { allow: ['127.0.0.0/8'] };

const open: { close(): void }[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  open.push(server);
  server.on('connection', (socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('connect', () => {
  test('F1-6 gives a socket to the checked address of a name', async () => {
    const port = await listening(createServer((socket) => socket.end('hello')));
    const socket = await createConnect(policy, { lookup: loopback })({ host: 'db.example.test', port });
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect(greeting.toString()).toBe('hello');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  test('F1-6 refuses a private address before a packet leaves', async () => {
    let connections = 0;
    const port = await listening(createServer(() => (connections += 1)));
    const connect = createConnect({ allow: [] }, { lookup: loopback });
    for (const host of ['127.0.0.1', 'db.example.test', '0x7f.1', '[::ffff:127.0.0.1]']) {
      await expect(connect({ host, port }), host).rejects.toMatchObject({ reason: 'refused' });
    }
    expect(connections).toBe(0);
  });

  test('F1-6 shows the name, not the address, to the TLS server and checks the certificate against it', async () => {
    const names: unknown[] = [];
    const server = createTlsServer({ key: pem, cert: pem }, (socket: TLSSocket) => {
      names.push(socket.servername);
      socket.end('secure');
    });
    const port = await listening(server);
    const connect = createConnect(policy, { lookup: loopback });
    const socket = await connect({ host: 'db.example.test', port, tls: { ca: pem } });
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect(greeting.toString()).toBe('secure');
    expect(names).toEqual(['db.example.test']);
    socket.destroy();

    (await connect({ host: '127.0.0.1', port, tls: { ca: pem } })).destroy();
    for (const target of [
      { host: 'other.example.test', port, tls: { ca: pem } },
      { host: 'db.example.test', port, tls: { ca: pem, servername: 'other.example.test' } },
      { host: 'db.example.test', port, tls: {} },
    ]) {
      await expect(connect(target)).rejects.toMatchObject({
        reason: 'unavailable',
        message: expect.stringMatching(/certificate/),
      });
    }
    (await connect({ host: 'other.example.test', port, tls: { rejectUnauthorized: false } })).destroy();
  });

  test('G4-9 gives up when the TLS handshake stalls, and leaves no socket behind', async () => {
    const server = createServer((socket) => socket.resume());
    const port = await listening(server);
    const connect = createConnect(policy, { timeoutMs: 200 });
    await expect(connect({ host: '127.0.0.1', port, tls: {} })).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('in time'),
    });
    const [socket] = sockets;
    if (!socket!.destroyed) await once(socket!, 'close');
  });

  test('ends with the signal, also while a name is being resolved', async () => {
    const abort = new AbortController();
    const connect = createConnect(policy, { lookup: () => new Promise(() => undefined), signal: abort.signal });
    const connecting = connect({ host: 'slow.test', port: 1 });
    abort.abort(new Error('stopped'));
    await expect(connecting).rejects.toThrow('stopped');
  });

  test('says that a host does not resolve or does not listen', async () => {
    const nowhere: Lookup = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(createConnect(policy, { lookup: nowhere })({ host: 'gone.test', port: 1 })).rejects.toMatchObject({
      reason: 'unavailable',
      message: 'The host gone.test does not resolve.',
    });
    const server = createServer();
    const port = await listening(server);
    server.close();
    await expect(createConnect(policy)({ host: '127.0.0.1', port })).rejects.toMatchObject({
      message: `127.0.0.1:${port} cannot be reached: no connection (ECONNREFUSED).`,
    });
  });
});
