import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectorErrorOf, HttpRig, openConnections } from './http-rig.ts';
import type { HttpStreamedResponse } from './http-client.ts';
import { Secret } from './secret.ts';

const PATIENCE = { timeout: 30_000, interval: 20 };

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(() => rig.close());

const textOf = async ({ body }: HttpStreamedResponse): Promise<string> =>
  Buffer.concat(await Array.fromAsync(body)).toString();

/** Writes without end, as fast as it is read. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 'x');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

test('gives the pieces of a body as they come, before its end', async () => {
  let finish = (): void => undefined;
  const { origin } = await rig.serve((_request, response) => {
    response.write('first');
    finish = () => void response.end(' last');
  });
  const { body, status } = await rig.client().open({ url: origin });
  const pieces = body[Symbol.asyncIterator]();
  const first = await pieces.next();
  expect([status, String(Buffer.from(first.value as Uint8Array))]).toEqual([200, 'first']);
  finish();
  expect(String(Buffer.from((await pieces.next()).value as Uint8Array))).toBe(' last');
  expect((await pieces.next()).done).toBe(true);
});

test('decompresses, follows redirects and tries again until the head has come', async () => {
  const { origin, seen } = await rig.serve((request, response, count) => {
    if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
    else if (count < 3) response.writeHead(500).end('no');
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'));
  });
  expect(await textOf(await rig.client().open({ url: `${origin}/old` }))).toBe('packed');
  expect(seen()).toBe(4);
});

test('keeps the connection after the last byte, and lets go of it when the reader stops early', async () => {
  const { origin, server } = await rig.serve((request, response) => {
    if (request.url === '/endless') pour(response);
    else response.end('done');
  });
  const http = rig.client();
  for (let again = 0; again < 6; again += 1) expect(await textOf(await http.open({ url: origin }))).toBe('done');
  // One is given back a moment after the last byte, so that a second may have been opened by then.
  expect(await openConnections(server)).toBeLessThanOrEqual(2);
  for await (const piece of (await http.open({ url: `${origin}/endless` })).body) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  (await http.open({ url: `${origin}/endless` })).cancel();
  await http.close();
  await vi.waitFor(async () => expect(await openConnections(server)).toBe(0), PATIENCE);
});

test('F1-13 cuts off a stream above the cap, on the wire or unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const { origin } = await rig.serve((request, response) => {
    if (request.url === '/bomb') response.setHeader('content-encoding', 'gzip').end(bomb);
    else pour(response);
  });
  for (const path of ['/endless', '/bomb']) {
    const opened = await rig.client().open({ url: `${origin}${path}`, maxBytes: 1_000_000 });
    const error = await connectorErrorOf(textOf(opened));
    expect(error).toMatchObject({ reason: 'invalid_answer', message: expect.stringContaining('1000000 bytes') });
  }
});

test.each([
  ['breaks off', (response: ServerResponse) => void response.write('some', () => response.destroy())],
  ['stands still', (response: ServerResponse) => void response.write('some')],
])('G4-9 says so when a body %s after its head, without the secrets of the request', async (_what, misbehave) => {
  const { origin } = await rig.serve((_request, response) => misbehave(response));
  const http = rig.client({ timeouts: { idleMs: 800 } });
  const opened = await http.open({ url: `${origin}/tokens/hush-hush`, hidden: [new Secret('hush-hush')] });
  const error = await connectorErrorOf(textOf(opened));
  expect(error.reason).toBe('unavailable');
  expect(error.message).toContain('/tokens/');
  expect(error.message).not.toContain('hush-hush');
});

test('takes no longer than the whole may take for the head only', async () => {
  const { origin } = await rig.serve((_request, response) => {
    let left = 6;
    response.writeHead(200);
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) return void response.write('.');
      clearInterval(timer);
      response.end('end');
    }, 100);
  });
  const http = rig.client({ timeouts: { totalMs: 300, idleMs: 5_000 } });
  expect(await textOf(await http.open({ url: origin }))).toBe('.....end');
});

test('ends a body with the signal of the client or the request', async () => {
  const { origin } = await rig.serve((_request, response) => pour(response));
  const [whole, single] = [new AbortController(), new AbortController()];
  const first = await rig.client({ signal: whole.signal }).open({ url: origin });
  const second = await rig.client().open({ url: origin, signal: single.signal });
  const read = async ({ body }: HttpStreamedResponse, then: () => void): Promise<void> => {
    for await (const _piece of body) then();
  };
  await expect(read(first, () => whole.abort(new Error('whole')))).rejects.toThrow('whole');
  await expect(read(second, () => single.abort(new Error('single')))).rejects.toThrow('single');
});

test('gives a small body as a whole when it is asked to', async () => {
  const { origin } = await rig.serve((_request, response) => response.writeHead(404).end('{"message":"gone"}'));
  const opened = await rig.client().open({ url: origin, accept: 'all' });
  expect((await opened.whole()).json()).toEqual({ message: 'gone' });
});

test('a coding that is not known is an answer that cannot be read, taken as a whole or as it comes', async () => {
  const { origin } = await rig.serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'klingon' }).end('text');
  });
  const client = rig.client();
  const said = { reason: 'invalid_answer', message: expect.stringContaining('"klingon"') };
  await expect(client.request({ url: origin })).rejects.toMatchObject(said);
  await expect(textOf(await client.open({ url: origin }))).rejects.toMatchObject(said);
});

test('takes a small body together with the head, with the tries of a request', async () => {
  const { origin, seen } = await rig.serve((_request, response, count) => {
    if (count === 0) response.write('{"half":', () => response.destroy());
    else response.end('{"whole":1}');
  });
  const opened = await rig.client().open({ url: origin, earlyBytes: 100 });
  expect([opened.early?.json(), (await opened.whole()).json(), await textOf(opened), seen()]).toEqual([
    { whole: 1 },
    { whole: 1 },
    '{"whole":1}',
    2,
  ]);
});

test('gives a body that is larger than its beginning as it comes, to its end or as far as it is wanted', async () => {
  const { origin, server } = await rig.serve((request, response) => {
    if (request.url === '/endless') pour(response);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(300_000)));
  });
  const http = rig.client();
  const opened = await http.open({ url: origin, earlyBytes: 100_000 });
  expect([opened.early, (await textOf(opened)).length]).toEqual([undefined, 300_000]);
  expect((await (await http.open({ url: origin, earlyBytes: 100_000 })).whole()).text()).toHaveLength(300_000);
  // One ends among the first pieces, one after them, one is never looked at.
  const endless = (): Promise<HttpStreamedResponse> => http.open({ url: `${origin}/endless`, earlyBytes: 200_000 });
  for (const wanted of [1, 400_000]) {
    let size = 0;
    for await (const piece of (await endless()).body) if ((size += piece.length) >= wanted) break;
  }
  (await endless()).cancel();
  await expect((await endless()).whole()).rejects.toThrow(/larger than/);
  await http.close();
  await vi.waitFor(async () => expect(await openConnections(server)).toBe(0), PATIENCE);
});
