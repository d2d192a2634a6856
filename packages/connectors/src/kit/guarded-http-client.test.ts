import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bearer } from './authorization.ts';
import type { ConnectorError } from './connector-error.ts';
import { connectorErrorOf, HttpRig, openConnections } from './http-rig.ts';
import { createRateBudget } from './rate-budget.ts';
import { Secret } from './secret.ts';

const CANARY = 'canary-5f2d8c1e';
const PATIENCE = { timeout: 30_000, interval: 20 };

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rig.close();
});

describe('requests', () => {
  test('sends query, headers and JSON, and reveals secrets on the wire only', async () => {
    const { origin } = await rig.serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
      });
    });
    const answer = await rig.client({ userAgent: 'Tributary/1' }).request({
      url: `${origin}/a?x=1#fragment`,
      query: { y: 'ä b', key: new Secret(CANARY), left: undefined },
      headers: { Authorization: bearer(new Secret(CANARY)) },
      json: { q: 1 },
    });
    expect(answer.json()).toMatchObject({
      method: 'POST',
      url: `/a?x=1&y=%C3%A4+b&key=${CANARY}`,
      headers: { authorization: `Bearer ${CANARY}`, 'content-type': 'application/json', 'user-agent': 'Tributary/1' },
      body: '{"q":1}',
    });
    expect(rig.lines.join('\n')).toContain('/a?x=…&y=…&key=…');
    expect(rig.lines.join('\n')).not.toContain(CANARY);
  });

  test('names a parameter as often as its list is long, and hides what is secret in a path', async () => {
    const { origin } = await rig.serve((request, response) => response.writeHead(404).end(request.url));
    const request = {
      url: `${origin}/bot${CANARY}/me?id=9`,
      query: { id: [1, new Secret('zwei'), 'drei'], none: [] },
      hidden: [new Secret(CANARY)],
    };
    const error = await connectorErrorOf(rig.client().request(request));
    expect(error.message).toContain('/me?id=… answered 404: /bot[secret]/me?id=1&id=[secret]&id=drei');
    expect(`${error.message} ${rig.lines.join()}`).not.toMatch(new RegExp(`${CANARY}|zwei`));
  });

  test('refuses what would let a request be smuggled or a password be written down', async () => {
    const http = rig.client();
    for (const request of [
      { url: 'http://user:pass@127.0.0.1/' },
      { url: 'not a url' },
      { url: 'http://127.0.0.1/', headers: { Host: 'other' } },
      { url: 'http://127.0.0.1/', headers: { 'Transfer-Encoding': 'chunked' } },
      { url: 'http://127.0.0.1/', headers: { 'x-a': 'b\r\nx-c: d' } },
    ]) {
      const error = await connectorErrorOf(http.request(request));
      expect(error.reason, JSON.stringify(request)).toBe('configuration');
      expect(error.message).not.toContain('pass@');
    }
  });

  test('F1-6 pays no heed to proxy variables', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:9');
    const { origin } = await rig.serve((_request, response) => response.end('straight'));
    expect((await rig.client().request({ url: origin })).text()).toBe('straight');
  });

  test('ends when the client or the request is aborted, while it waits for the answer', async () => {
    const { origin, seen } = await rig.serve(() => undefined);
    const [whole, single] = [new AbortController(), new AbortController()];
    const first = rig.client({ signal: whole.signal }).request({ url: origin });
    const second = rig.client().request({ url: origin, signal: single.signal });
    await vi.waitFor(() => expect(seen()).toBe(2), PATIENCE);
    whole.abort(new Error('whole'));
    single.abort(new Error('single'));
    await expect(first).rejects.toThrow('whole');
    await expect(second).rejects.toThrow('single');
  });
});

describe('answers', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['aws-chunked', (text: string) => text],
  ] as const)('decodes %s', async (encoding, compress) => {
    const { origin } = await rig.serve((_request, response) => {
      response.setHeader('content-encoding', encoding).end(compress('{"ok":true}'));
    });
    expect((await rig.client().request({ url: origin })).json()).toEqual({ ok: true });
  });

  test('G4-11 decodes the charset that the answer names, drops a BOM and replaces broken bytes', async () => {
    const bodies: Record<string, readonly [string, Buffer]> = {
      '/latin1': ['text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1')],
      '/bom': ['application/json', Buffer.from('\ufeff{"a":"é"}')],
      '/broken': ['text/plain; charset=utf-8', Buffer.from('caf\xe9', 'latin1')],
      '/unknown': ['text/plain; charset=klingon', Buffer.from('é')],
    };
    const { origin } = await rig.serve((request, response) => {
      const [type, body] = bodies[request.url!]!;
      response.setHeader('content-type', type).end(body);
    });
    const http = rig.client();
    expect((await http.request({ url: `${origin}/latin1` })).text()).toBe('café');
    expect((await http.request({ url: `${origin}/bom` })).json()).toEqual({ a: 'é' });
    expect((await http.request({ url: `${origin}/broken` })).text()).toBe('caf\ufffd');
    expect((await http.request({ url: `${origin}/unknown` })).text()).toBe('é');
  });

  test('G4-10 says what came instead of JSON, without its secrets', async () => {
    const bodies: Record<string, string> = {
      '/truncated': `{"items":[{"access_token":"${CANARY}","a":`,
      '/html': '<html><body>Please   sign in</body></html>',
      '/empty': '',
    };
    const { origin } = await rig.serve((request, response) => response.end(bodies[request.url!.split('?')[0]!]));
    const errors = new Map<string, ConnectorError>();
    for (const path of Object.keys(bodies)) {
      const answer = await rig.client().request({ url: `${origin}${path}`, query: { token: 'hidden-value' } });
      errors.set(path, await connectorErrorOf(Promise.resolve().then(() => answer.json())));
    }
    expect([...errors.values()].map((error) => error.reason)).toEqual(Array(3).fill('invalid_answer'));
    expect(errors.get('/html')!.message).toContain('<html><body>Please sign in');
    expect(errors.get('/empty')!.message).toContain('empty');
    for (const { message, cause } of errors.values())
      expect(`${message} ${String(cause)}`).not.toMatch(/canary|hidden-value/);
  });

  test('F1-13 cuts off an endless answer, and a small one that unpacks without end', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { origin, server } = await rig.serve((request, response) => {
      if (request.url === '/bomb') return void response.setHeader('content-encoding', 'gzip').end(bomb);
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(bomb.length).toBeLessThan(100_000);
    const http = rig.client();
    for (const path of ['/endless', '/bomb']) {
      const error = await connectorErrorOf(http.request({ url: `${origin}${path}`, maxBytes: 1_000_000 }));
      expect(error).toMatchObject({ reason: 'invalid_answer', message: expect.stringContaining('1000000 bytes') });
    }
    await http.close();
    await vi.waitFor(async () => expect(await openConnections(server)).toBe(0), PATIENCE);
  });
});

describe('faults', () => {
  test('G4-8 outlasts a burst of 5xx with growing waits and gives up after five tries', async () => {
    const burst = await rig.serve((_request, response, count) => response.writeHead(count < 3 ? 502 : 200).end('ok'));
    expect((await rig.client().request({ url: burst.origin })).text()).toBe('ok');
    expect(rig.waits).toEqual([500, 1_000, 2_000]);
    const dead = await rig.serve((_request, response) => response.writeHead(500).end(`{"password":"${CANARY}"}`));
    const error = await connectorErrorOf(rig.client().request({ url: `${dead.origin}/x?q=1` }));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toMatch(/\/x\?q=… answered 500: /);
    expect(error.message).not.toContain(CANARY);
    expect(dead.seen()).toBe(5);
  });

  test('repeats what is not idempotent only when it was not processed', async () => {
    const seen: string[] = [];
    const { origin } = await rig.serve((request, response) => {
      seen.push(request.url!);
      response
        .writeHead(seen.filter((url) => url === request.url).length > 1 ? 200 : Number(request.url!.slice(1, 4)))
        .end();
    });
    const http = rig.client();
    await expect(http.request({ url: `${origin}/500`, json: {} })).rejects.toMatchObject({ reason: 'unavailable' });
    await http.request({ url: `${origin}/503`, json: {} });
    await http.request({ url: `${origin}/429`, json: {} });
    await http.request({ url: `${origin}/500-search`, json: {}, idempotent: true });
    expect(seen).toEqual(['/500', '/503', '/503', '/429', '/429', '/500-search', '/500-search']);
  });

  test.each([
    ['never sends headers', () => undefined],
    ['stalls after the headers', (response: ServerResponse) => void response.writeHead(200).write('{')],
    ['drips slower than the whole may take', (response: ServerResponse) => drip(response)],
    [
      'resets in the middle of the body',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-length': 9 }).write('1', () => response.destroy()),
    ],
    [
      'breaks off a gzip',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(999)).subarray(0, 15)),
    ],
    [
      'promises more bytes than it sends',
      (response: ServerResponse) => {
        response.socket!.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort');
      },
    ],
  ])('G4-9 gives up on a source that %s, tries again, and leaks no socket', async (_what, misbehave) => {
    const { origin, server, seen } = await rig.serve((_request, response, count) => {
      if (count < 2) misbehave(response);
      else response.end('at last');
    });
    const http = rig.client({ timeouts: { headersMs: 800, idleMs: 800, totalMs: 1_600 } });
    expect((await http.request({ url: origin })).text()).toBe('at last');
    expect(seen()).toBe(3);
    await http.close();
    await vi.waitFor(async () => expect(await openConnections(server)).toBe(0), PATIENCE);
  });

  test('G4-9 gives up on a host that does not accept connections', async () => {
    const { origin, server } = await rig.serve((_request, response) => response.end());
    server.close();
    const error = await connectorErrorOf(rig.client().request({ url: origin }));
    expect(error).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
    expect(rig.waits).toHaveLength(4);
  });

  test('tells a refused credential from other refusals', async () => {
    const { origin, seen } = await rig.serve((request, response) => {
      response.writeHead(Number(request.url!.slice(1))).end('{"message":"no such thing"}');
    });
    const http = rig.client();
    expect((await connectorErrorOf(http.request({ url: `${origin}/401` }))).reason).toBe('credential');
    expect((await connectorErrorOf(http.request({ url: `${origin}/403` }))).reason).toBe('credential');
    expect(await connectorErrorOf(http.request({ url: `${origin}/404` }))).toMatchObject({
      reason: 'invalid_answer',
      message: expect.stringContaining('answered 404: {"message":"no such thing"}'),
    });
    expect((await http.request({ url: `${origin}/404`, accept: [404] })).status).toBe(404);
    expect((await http.request({ url: `${origin}/500`, accept: 'all' })).status).toBe(500);
    expect(seen()).toBe(5);
  });
});

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 50);
  response.on('close', () => clearInterval(timer));
}

describe('limits', () => {
  test.each([
    ['seconds', () => ({ 'retry-after': '12' }), 12_000],
    ['an HTTP date', () => ({ 'retry-after': new Date(Date.now() + 28_000).toUTCString() }), 15_000],
    ['ratelimit-reset in seconds from now', () => ({ 'ratelimit-reset': '9' }), 9_000],
    [
      'x-ratelimit-reset in seconds of the epoch',
      () => ({ 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 28) }),
      15_000,
    ],
    ['nothing', () => ({}), 500],
  ])('G4-7 waits at least as long as a 429 asks with %s', async (_how, headers, least) => {
    const { origin } = await rig.serve((_request, response, count) =>
      response.writeHead(count === 0 ? 429 : 200, count === 0 ? headers() : {}).end('ok'),
    );
    expect((await rig.client().request({ url: origin })).text()).toBe('ok');
    expect(rig.waits[0]).toBeGreaterThanOrEqual(least);
    expect(rig.waits[0]).toBeLessThanOrEqual(30_500);
  });

  test('G4-7 gives waits above 30 s to the engine, and holds everybody who shares the budget', async () => {
    const { origin, seen } = await rig.serve((_request, response) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    const limits = { requestsPerMinute: 6_000, concurrency: 4 };
    const budget = createRateBudget(limits, rig.clock);
    const first = await connectorErrorOf(rig.client({ budget }).request({ url: origin }));
    expect(first).toMatchObject({ reason: 'rate_limited', retryAfterMs: 120_000 });
    const second = await connectorErrorOf(rig.client({ budget }).request({ url: origin }));
    expect(second.reason).toBe('rate_limited');
    expect(second.retryAfterMs).toBeGreaterThan(60_000);
    expect(seen()).toBe(1);
    expect(rig.waits).toEqual([]);
    expect((await connectorErrorOf(rig.client().request({ url: origin }))).reason).toBe('rate_limited');
    expect(seen()).toBe(2);
  });

  test('G4-7 ends an endless row of short 429s, and takes a 403 that speaks of limits for one', async () => {
    const endless = await rig.serve((_request, response) => response.writeHead(429, { 'retry-after': '1' }).end());
    expect(await connectorErrorOf(rig.client().request({ url: endless.origin }))).toMatchObject({
      reason: 'rate_limited',
      retryAfterMs: 1_000,
    });
    const github = await rig.serve((_request, response) =>
      response
        .writeHead(403, {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 600),
        })
        .end(),
    );
    expect((await connectorErrorOf(rig.client().request({ url: github.origin }))).reason).toBe('rate_limited');
    expect(github.seen()).toBe(1);
  });

  test('G4-7 takes a limit that only the words of a 403 speak of for one, and not the reset of another for its end', async () => {
    const inAnHour = {
      'x-ratelimit-remaining': '4711',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3_600),
    };
    const answers = {
      words: { status: 403, headers: {}, body: '{"message":"You have exceeded a secondary rate limit."}' },
      uncounted: { status: 429, headers: inAnHour, body: '' },
      named: { status: 403, headers: { ...inAnHour, 'retry-after': '45' }, body: '' },
    };
    const waits = [];
    for (const { status, headers, body } of Object.values(answers)) {
      const { origin } = await rig.serve((_request, response) => response.writeHead(status, headers).end(body));
      const error = await connectorErrorOf(rig.client().request({ url: origin }));
      waits.push([error.reason, error.retryAfterMs]);
    }
    expect(waits).toEqual([
      ['rate_limited', 60_000],
      ['rate_limited', 60_000],
      ['rate_limited', 45_000],
    ]);
  });
});
