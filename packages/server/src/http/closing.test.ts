import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startThings as start, stopThings } from './testing/things-server.ts';

afterEach(stopThings);

describe('closing', () => {
  it('aborts what waits, and lets it answer', async () => {
    const { listen, close, app } = start();
    const url = await listen({ host: '127.0.0.1', port: 0 });
    const arrived = once(app.server, 'request');
    const answer = fetch(`${url}/wait`);
    await arrived;
    await close();
    expect(await (await answer).json()).toEqual({ aborted: true });
    await expect(fetch(url)).rejects.toThrow();
  });

  it('turns requests on open connections away, in the words of their group', async () => {
    const { listen, close } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), url.hostname).setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk: string) => (text += chunk));
    // Begun before and finished after: the connection is not idle, so it stays.
    socket.write('GET /things HTTP/1.1\r\nhost: a\r\n\r\nGET /v1/things HTTP/1.1\r\n');
    await expect.poll(() => text).toContain('401 Unauthorized');
    const closed = close();
    socket.write('host: a\r\n\r\n');
    await closed;
    await expect.poll(() => text).toContain('"detail":"unavailable"');
    socket.destroy();
  });

  it('does not wait for a connection that has sent nothing', async () => {
    const { listen, close, app } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const hungUp = once(connect(Number(url.port), url.hostname), 'close');
    await expect.poll(() => connections(app.server)).toBe(1);
    expect(await timeOf(close(30_000))).toBeLessThan(5_000);
    await hungUp;
  });

  it('does not wait for the client of an event stream to hang up', async () => {
    const { listen, close } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), url.hostname).setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk: string) => (text += chunk));
    socket.write('GET /watch HTTP/1.1\r\nhost: a\r\n\r\n');
    await expect.poll(() => text).toContain('data: 1');
    const hungUp = once(socket, 'close');
    expect(await timeOf(close(30_000))).toBeLessThan(5_000);
    await hungUp;
    expect(text.endsWith('\r\n0\r\n\r\n'), 'the last chunk has come').toBe(true);
  });

  it('waits for a request that has begun, as long as it may', async () => {
    const { listen, close, app } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const accepted = once(app.server, 'connection') as Promise<[Socket]>;
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    socket.write('GET /things HTTP/1.1\r\n');
    const [received] = await accepted;
    await expect.poll(() => received.bytesRead).toBeGreaterThan(0);
    expect(await timeOf(close(300))).toBeGreaterThanOrEqual(290);
  });
});

async function timeOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

function connections(server: { getConnections(callback: (error: Error | null, count: number) => void): unknown }) {
  return new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
