import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { key, startThings as start, stopThings } from './testing/things-server.ts';

afterEach(stopThings);

describe('a request', () => {
  it('is read by the three schemas apart and answered with the first declared status', async () => {
    const { inject } = start();
    const response = await inject({ method: 'POST', url: '/things/ab?dry=1', headers: key, payload: { size: 3 } });
    expect(response.statusCode).toBe(201);
    expect(response.headers['etag']).toBe('"1"');
    expect(response.json()).toEqual({ id: 'ab', size: 3 });
  });

  it('may ask for the head only', async () => {
    const { inject } = start();
    const head = await inject({ method: 'HEAD', url: '/things', headers: key });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '2']);
  });

  it('reaches its route with and without a trailing slash', async () => {
    const { inject } = start();
    for (const url of ['/things', '/things/', '/v1/things', '/v1/things/?a=b']) {
      expect((await inject({ url, headers: key })).statusCode, url).toBe(200);
    }
  });

  it('is told every field that does not fit, with the part that it is in', async () => {
    const { inject } = start();
    const response = await inject({
      method: 'POST',
      url: '/things/a?dry=perhaps',
      headers: key,
      payload: { size: 0, extra: 1, more: 2 },
    });
    expect(response.statusCode).toBe(422);
    const { error } = response.json<{ error: { code: string; details: { issues: { path: string[] }[] } } }>();
    expect(error.code).toBe('invalid_request');
    expect(error.details.issues.map((issue) => issue.path.join('.'))).toEqual([
      'path.id',
      'query.dry',
      'body.size',
      'body.extra',
      'body.more',
    ]);
  });

  it('is refused when a string holds a NUL, wherever it stands', async () => {
    const { inject } = start();
    const response = await inject({ method: 'POST', url: '/things/a%00b', headers: key, payload: { size: 1 } });
    expect(response.statusCode).toBe(422);
    expect(response.body).toContain('NUL');
  });

  it('may have an empty body whatever the content type says', async () => {
    const { inject } = start();
    for (const type of ['application/json', 'text/plain', 'multipart/form-data', 'rubbish', '']) {
      const response = await inject({ method: 'POST', url: '/break', headers: { 'content-type': type } });
      expect(response.statusCode, type).toBe(500);
    }
  });

  it.each([
    ['not JSON', '{"a":'],
    ['nested without end', '['.repeat(100_000)],
    ['a prototype', '{"__proto__":{"admin":true}}'],
    ['an escaped prototype', String.raw`{"\u005f_proto__":{"admin":true}}`],
  ])('is malformed when its body is %s, and the answer does not quote it', async (_title, payload) => {
    const { inject } = start();
    const headers = { 'content-type': 'application/json' };
    const response = await inject({ method: 'POST', url: '/break', headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { code: 'malformed_body' } });
  });

  it('is told when its body is of a type that is not read', async () => {
    const { inject } = start();
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'rubbish']) {
      const response = await inject({ method: 'POST', url: '/break', headers: { 'content-type': type }, payload: 'x' });
      expect(response.statusCode, type).toBe(415);
      expect(response.json(), type).toMatchObject({ error: { code: 'unsupported_media_type' } });
    }
  });

  it('F1-13 is too large above 10 MB, told before the body is read', async () => {
    const { listen } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), url.hostname);
    socket.write(
      'POST /break HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n{',
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(String(chunk)).toContain('413 Payload Too Large');
    expect(String(chunk)).toContain('Maximum size is 10.00MB, but request is 100.00MB');
  });

  it('F1-13 that is too large is answered also when its sender listens only after the last byte', async () => {
    const { listen } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    const head = 'POST /break HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const body = Buffer.alloc(30 * 1_048_576, ' ');
    const size = body.length.toString(16);
    for (const [framed, end] of [
      [`content-length: ${body.length}\r\n\r\n`, ''],
      [`transfer-encoding: chunked\r\n\r\n${size}\r\n`, '\r\n0\r\n\r\n'],
    ]) {
      const socket = connect(Number(url.port), url.hostname);
      socket.write(`${head}${framed}`);
      socket.write(body);
      await new Promise<void>((sent, failed) =>
        socket.write(`${end}GET /things HTTP/1.1\r\nhost: a\r\n\r\n`, (error) => (error ? failed(error) : sent())),
      );
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await expect.poll(() => text).toMatch(/^HTTP\/1.1 413 .*HTTP\/1.1 401 /s);
      socket.destroy();
    }
  });

  it('F1-13 that is too large is answered also when its sender wants the connection closed', async () => {
    const { listen } = start();
    const url = new URL(await listen({ host: '127.0.0.1', port: 0 }));
    for (const line of [
      'POST /break HTTP/1.0',
      'POST /break HTTP/1.1\r\nhost: a\r\nconnection: close',
      'DELETE /x HTTP/1.0',
    ]) {
      const socket = connect(Number(url.port), url.hostname);
      socket.write(`${line}\r\ncontent-length: ${30 * 1_048_576}\r\n\r\n`);
      const body = Buffer.alloc(30 * 1_048_576, ' ');
      await new Promise<void>((sent, failed) => socket.write(body, (error) => (error ? failed(error) : sent())));
      const chunks = await socket.setEncoding('utf8').toArray();
      expect(chunks.join('')).toMatch(line.startsWith('POST') ? /^HTTP\/1.1 413 / : /^HTTP\/1.1 404 /);
    }
  });

  it('carries its own id through answer and log, unless the id could not stand in a log line', async () => {
    const { inject, lines } = start();
    const own = await inject({ url: '/things', headers: { ...key, 'x-request-id': 'my-request-1' } });
    expect(own.headers['x-request-id']).toBe('my-request-1');
    expect(lines.join('')).toContain('"requestId":"my-request-1"');
    const odd = await inject({ url: '/things', headers: { ...key, 'x-request-id': 'a b\tc-long-enough' } });
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('access', () => {
  it.each([
    ['x-api-key', { 'x-api-key': 'trib_admin' }, 200],
    ['Bearer', { authorization: 'Bearer trib_admin' }, 200],
    ['bearer in lower case', { authorization: 'bearer trib_admin' }, 200],
    ['an empty x-api-key beside Bearer', { 'x-api-key': '', authorization: 'Bearer trib_admin' }, 200],
    ['x-api-key over Bearer', { 'x-api-key': 'trib_wrong', authorization: 'Bearer trib_admin' }, 401],
    ['nothing', {}, 401],
    ['Basic', { authorization: 'Basic trib_admin' }, 401],
    ['an empty Bearer', { authorization: 'Bearer ' }, 401],
  ])('takes %s', async (_title, headers, status) => {
    const { inject } = start();
    expect((await inject({ url: '/things', headers })).statusCode).toBe(status);
  });

  it('answers 403 to a key without the scope, before the body is looked at', async () => {
    const { inject } = start();
    const headers = { 'x-api-key': 'trib_reader', 'content-type': 'application/json' };
    const response = await inject({ method: 'POST', url: '/things/ab', headers, payload: '{' });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ error: { code: 'forbidden', details: { scope: 'collections:write' } } });
  });

  it('F1-12 limits a key and not its neighbour, and says when to come again', async () => {
    const { inject } = start({ config: { rateLimitPerMinute: 2, publicUrl: undefined, corsOrigins: [] } });
    const first = await inject({ url: '/things', headers: key });
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    expect(Number(first.headers['ratelimit-reset']) * 1000).toBeGreaterThan(Date.now());
    await inject({ url: '/things', headers: key });
    const third = await inject({ url: '/things', headers: key });
    expect(third.statusCode).toBe(429);
    expect(third.headers).toMatchObject({ 'retry-after': '30', 'ratelimit-remaining': '0' });
    expect((await inject({ url: '/things', headers: { 'x-api-key': 'trib_reader' } })).statusCode).toBe(200);
  });

  it('F1-12 slows an address that tries wrong keys, and still lets a right one in', async () => {
    const { inject } = start();
    const tries = Array.from({ length: 61 }, () => inject({ url: '/things', headers: { 'x-api-key': 'trib_guess' } }));
    const statuses = (await Promise.all(tries)).map((response) => response.statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(429);
    expect((await inject({ url: '/things', headers: key })).statusCode).toBe(200);
  });

  it('F1-12 tells a caller with wrong keys to wait after as many as the operator allows, and nobody else', async () => {
    const config = { rateLimitPerMinute: 100, wrongKeysPerMinute: 3, publicUrl: undefined, corsOrigins: [] };
    const { inject } = start({ config });
    const knock = (presented: string, remoteAddress: string) =>
      inject({ url: '/things', headers: { 'x-api-key': presented }, remoteAddress });
    const wrong = [];
    for (let count = 0; count < 4; count += 1) wrong.push(await knock(`trib_${count}`, '192.0.2.1'));
    expect(wrong.map((one) => one.statusCode)).toEqual([401, 401, 401, 429]);
    expect(wrong.at(-1)?.headers).toMatchObject({
      'ratelimit-limit': '3',
      'ratelimit-remaining': '0',
      'retry-after': '20',
    });
    expect((await knock('trib_admin', '192.0.2.1')).statusCode).toBe(200);
    expect((await knock('trib_reader', '192.0.2.2')).statusCode).toBe(200);
    expect((await knock('trib_other', '192.0.2.2')).statusCode).toBe(401);
  });

  it('F1-12 limits an address where the operator wants it, and not its neighbours', async () => {
    const config = { rateLimitPerMinute: 100, addressRateLimitPerMinute: 2, publicUrl: undefined, corsOrigins: [] };
    const { inject } = start({ config });
    const from = (remoteAddress: string, headers = key) => inject({ url: '/things', headers, remoteAddress });
    expect((await from('2001:db8:0:1::1')).statusCode).toBe(200);
    // Another address of the same subscriber, with another key.
    expect((await from('2001:db8:0:1::2', { 'x-api-key': 'trib_reader' })).statusCode).toBe(200);
    const third = await from('2001:db8:0:1::3', { 'x-api-key': '' });
    expect(third.statusCode).toBe(429);
    expect(third.headers).toMatchObject({ 'ratelimit-limit': '2', 'retry-after': '30' });
    expect((await from('2001:db8:0:2::1')).statusCode).toBe(200);
  });
});

describe('errors', () => {
  it('are told in the words of the group that owns the path, also without a route', async () => {
    const { inject } = start();
    expect((await inject({ url: '/v1/things' })).json()).toMatchObject({ detail: 'unauthenticated' });
    expect((await inject({ url: '/v1/nothing' })).json()).toMatchObject({ detail: 'route_not_found' });
    expect((await inject({ url: '/v1' })).json()).toMatchObject({ detail: 'route_not_found' });
    expect((await inject({ url: '/v1/%ff' })).json()).toMatchObject({ detail: 'route_not_found' });
    expect((await inject({ url: '/v10/x' })).json()).toMatchObject({ error: { code: 'route_not_found' } });
  });

  it('tell which methods a path has, in the words of its group', async () => {
    const { inject } = start();
    const own = await inject({ method: 'DELETE', url: '/things/a%20b/?dry=1' });
    expect([own.statusCode, own.headers['allow']]).toEqual([405, 'POST']);
    expect(own.json()).toMatchObject({
      error: { code: 'method_not_allowed', message: 'DELETE is not possible here: /things/a%20b/ takes POST.' },
    });
    const dialect = await inject({ method: 'PUT', url: '/v1/things', headers: key });
    expect([dialect.statusCode, dialect.headers['allow']]).toEqual([499, 'GET, HEAD']);
    expect(dialect.json()).toMatchObject({ detail: 'method_not_allowed' });
    const head = await inject({ method: 'HEAD', url: '/break' });
    expect([head.statusCode, head.headers['allow'], head.body]).toEqual([405, 'POST', '']);
    for (const url of ['/things/', '/v1/things/']) {
      const listed = await inject({ method: 'TRACE', url });
      expect([listed.statusCode === 404, listed.headers['allow']], url).toEqual([false, 'GET, HEAD']);
    }
    // Neither another group's path nor a longer one.
    for (const url of ['/v1/break', '/things/a/b', '/v10/things']) {
      const response = await inject({ method: 'DELETE', url });
      expect([response.headers['x-error-code'], response.headers['allow']], url).toEqual([
        'route_not_found',
        undefined,
      ]);
    }
  });

  it('tell nothing about what was not foreseen, and log it under the request id', async () => {
    const { inject, lines } = start();
    const response = await inject({ method: 'POST', url: '/break' });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('hunter2');
    const { error } = response.json<{ error: { requestId: string } }>();
    expect(lines.find((line) => line.includes('request failed'))).toContain(error.requestId);
  });

  it('say their code in a header, whatever the words of the group', async () => {
    const { inject } = start();
    const codes = async (url: string, method: 'GET' | 'POST' = 'GET', headers = {}) =>
      (await inject({ method, url, headers })).headers['x-error-code'];
    expect(await codes('/v1/things')).toBe('unauthenticated');
    expect(await codes('/v1/nothing', 'GET', key)).toBe('route_not_found');
    expect(await codes('/v1/%ff')).toBe('route_not_found');
    expect(await codes('/things/a', 'POST', key)).toBe('invalid_request');
    expect(await codes('/break', 'POST')).toBe('internal');
    expect(await codes('/things', 'GET', key)).toBeUndefined();
  });

  it('carry the headers that HTTP asks for', async () => {
    const { inject } = start();
    expect((await inject({ url: '/things' })).headers['www-authenticate']).toBe('Bearer');
  });
});

describe('an answer', () => {
  it('F1-18 has these headers and no others', async () => {
    const { inject } = start({
      config: { rateLimitPerMinute: 10, publicUrl: 'https://tributary.example.com', corsOrigins: [] },
    });
    const always = {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-request-id': expect.any(String),
      'content-type': 'application/json; charset=utf-8',
      'content-length': expect.any(String),
      connection: 'keep-alive',
      date: expect.any(String),
    };
    const rate = {
      'ratelimit-limit': '10',
      'ratelimit-remaining': expect.any(String),
      'ratelimit-reset': expect.any(String),
    };
    const headers = async (url: string, given = {}) => (await inject({ url, headers: given })).headers;
    expect(await headers('/things', key)).toEqual({ ...always, ...rate });
    expect(await headers('/things')).toEqual({
      ...always,
      'www-authenticate': 'Bearer',
      'x-error-code': 'unauthenticated',
    });
    expect(await headers('/nothing')).toEqual({ ...always, 'x-error-code': 'route_not_found' });
    expect(await headers('/v1/%ff')).toEqual({ ...always, 'x-error-code': 'route_not_found' });
  });

  it('F1-17 may hold nothing that its route does not declare', async () => {
    const { inject, lines } = start();
    expect((await inject({ url: '/drift' })).statusCode).toBe(500);
    expect(lines.join('')).toContain('undeclared field body.secret');
  });

  it('F1-18 is for pages of other origins only where the operator names them', async () => {
    const origin = 'https://app.example.com';
    const preflight = { origin, 'access-control-request-method': 'GET' };
    const closed = start();
    expect((await closed.inject({ method: 'OPTIONS', url: '/things', headers: preflight })).statusCode).toBe(405);
    const open = start({ config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [origin] } });
    const asked = await open.inject({ method: 'OPTIONS', url: '/things', headers: preflight });
    expect(asked.statusCode).toBe(204);
    expect(asked.headers['access-control-allow-origin']).toBe(origin);
    const other = await open.inject({ url: '/things', headers: { ...key, origin: 'https://evil.example.com' } });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('F1-18 lets those pages read its headers, also when it tells of an error', async () => {
    const origin = 'https://app.example.com';
    const { inject } = start({ config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [origin] } });
    for (const url of ['/things', '/v1/nothing', '/v1/%ff']) {
      const { headers } = await inject({ url, headers: { ...key, origin } });
      expect(headers['access-control-allow-origin'], url).toBe(origin);
      expect(String(headers['access-control-expose-headers']).split(', '), url).toEqual([
        'etag',
        'link',
        'location',
        'ratelimit-limit',
        'ratelimit-remaining',
        'ratelimit-reset',
        'retry-after',
        'warning',
        'x-error-code',
        'x-request-id',
        'x-search-strategy',
      ]);
    }
  });
});
