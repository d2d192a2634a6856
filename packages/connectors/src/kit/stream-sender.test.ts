import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createStreamSender } from './stream-sender.ts';

let server: Server;
let sockets: Socket[] = [];
let texts: string[] = [];

async function listen(reads = true): Promise<number> {
  server = createServer((socket) => {
    const at = texts.push('') - 1;
    sockets.push(socket.on('error', () => undefined));
    if (reads) socket.on('data', (bytes: Buffer) => (texts[at] += bytes.toString()));
    else socket.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  [sockets, texts] = [[], []];
});

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket;
}

const bytes = (text: string): Uint8Array => Buffer.from(`${text}\n`);

describe('a kept connection', () => {
  test('is made once for all messages, with the first of them, and ended with all of them delivered', async () => {
    const port = await listen();
    const open = vi.fn(() => dial(port));
    const sender = createStreamSender({ open, where: 'here', writeMs: 10_000 });
    expect(open).not.toHaveBeenCalled();
    await Promise.all(['a', 'b', 'c'].map((text) => sender.send(bytes(text))));
    await sender.close();
    await sender.close();
    await vi.waitFor(() => expect(texts).toEqual(['a\nb\nc\n']));
    await expect(sender.send(bytes('d'))).rejects.toMatchObject({ reason: 'unavailable' });
    expect(open).toHaveBeenCalledTimes(1);
  });

  test('is made again when the far end has closed it or cut it off', async () => {
    const port = await listen();
    const sender = createStreamSender({ open: () => dial(port), where: 'here', writeMs: 10_000 });
    for (const [at, leave] of [(one: Socket) => one.end(), (one: Socket) => one.resetAndDestroy()].entries()) {
      await sender.send(bytes(`before ${at}`));
      const socket = sockets.at(-1)!;
      leave(socket);
      if (!socket.closed) await once(socket, 'close');
      await vi.waitFor(async () => {
        await sender.send(bytes(`after ${at}`));
        await vi.waitFor(() => expect(texts.join('')).toContain(`after ${at}`), 1_000);
      }, 20_000);
    }
    await sender.close();
  });

  test('is given up when the far end reads nothing', async () => {
    const port = await listen(false);
    const sender = createStreamSender({ open: () => dial(port), where: 'here', writeMs: 200 });
    await expect(sender.send(Buffer.alloc(50_000_000))).rejects.toMatchObject({
      reason: 'unavailable',
      message: 'here closed the connection.',
    });
    await sender.close();
  });
});
