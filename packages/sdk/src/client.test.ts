import { expect, test } from 'vitest';
import { TributaryClient } from './client.ts';
import { sendJson, startTestServer } from './testing-server.ts';
import { TributaryError } from './tributary-error.ts';

const client = (url: string, more: { retries?: number; timeoutMs?: number } = {}) =>
  new TributaryClient({ url, apiKey: 'trib_test', ...more });

/** The error that the call ends with. */
async function failure(call: Promise<unknown>): Promise<TributaryError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(TributaryError);
  return thrown as TributaryError;
}

test('sends the key, the body and a fresh idempotency key with a create', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 200, { id: '1', readable_id: 'notes' }),
  );
  const made = await client(`${server.url}/`).collections.create({ name: 'Notes' });
  await client(server.url).collections.create({ name: 'Notes' });
  const [first, second] = server.seen;
  expect(made.readable_id).toBe('notes');
  expect(first).toMatchObject({ method: 'POST', url: '/v1/collections', body: { name: 'Notes' } });
  expect(first?.headers).toMatchObject({ 'x-api-key': 'trib_test', 'content-type': 'application/json' });
  expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  expect(second?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
});

test('lists all items by following the cursor from page to page, with the filter on every page', async () => {
  const pages: Record<string, readonly [ids: readonly string[], next?: string]> = {
    '': [['a', 'b'], 'one'],
    one: [['c', 'd'], 'two&x'],
    'two&x': [['e']],
  };
  await using server = await startTestServer(({ url }, response) => {
    const [ids, next] = pages[new URL(url, 'http://x').searchParams.get('cursor') ?? ''] ?? [[]];
    const link = next === undefined ? {} : { link: `<?limit=2&cursor=${encodeURIComponent(next)}>; rel="next"` };
    sendJson(
      response,
      200,
      ids.map((id) => ({ id })),
      link,
    );
  });
  const list = client(server.url).sourceConnections.list({ pageSize: 2, collection: 'notes' });
  const items = await Array.fromAsync(list);
  expect(items.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(server.seen).toHaveLength(3);
  expect(server.seen.every(({ url }) => url.includes('collection=notes') && url.includes('limit=2'))).toBe(true);
});

test('asks for no page before it is needed', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 200, [{ id: 'a' }], { link: '<?cursor=x>; rel="next"' }),
  );
  for await (const item of client(server.url).collections.list()) {
    expect(item.id).toBe('a');
    break;
  }
  expect(server.seen).toHaveLength(1);
});

test('repeats a call after 429 and 503, and waits as Retry-After says', async () => {
  await using server = await startTestServer((_, response, index) => {
    if (index === 0) sendJson(response, 429, { detail: 'slow down' }, { 'retry-after': '1' });
    else if (index === 1) sendJson(response, 503, { detail: 'starting' }, { 'retry-after': '0' });
    else sendJson(response, 200, [{ short_name: 'stub' }]);
  });
  const start = performance.now();
  const sources = await client(server.url).sources.list();
  expect(sources).toEqual([{ short_name: 'stub' }]);
  expect(performance.now() - start).toBeGreaterThanOrEqual(990);
});

test('gives up after its retries with the last answer', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 429, { detail: 'slow down' }, { 'retry-after': '0' }),
  );
  const error = await failure(client(server.url, { retries: 2 }).sources.list());
  expect(error).toMatchObject({ status: 429, kind: 'rate_limited', message: 'slow down', retryAfterMs: 0 });
  expect(server.seen).toHaveLength(3);
});

test('repeats a create after a lost connection with the same idempotency key', async () => {
  await using server = await startTestServer((_, response, index) => {
    if (index === 0) response.destroy();
    else sendJson(response, 200, { id: '1' });
  });
  await client(server.url).collections.create({ name: 'Notes' });
  const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('does not repeat a cancel after a lost connection: it has no idempotency key', async () => {
  await using server = await startTestServer((_, response) => response.destroy());
  const error = await failure(client(server.url).sourceConnections.cancel('1', '2'));
  expect(error).toMatchObject({ kind: 'network', status: 0 });
  expect(server.seen).toHaveLength(1);
});

test('reads the service’s own errors, the documented ones, and those of strangers', async () => {
  const bodies = [
    { error: { code: 'sweep_not_held', message: 'No sweep is waiting.', details: { id: '1' }, requestId: 'r1' } },
    { detail: 'Source connection not found' },
    { detail: [{ loc: ['body', 'name'], msg: 'too short', type: 'x' }] },
  ];
  await using server = await startTestServer((_, response, index) => {
    if (index === 3) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    else sendJson(response, [409, 404, 422][index] ?? 500, bodies[index], { 'x-request-id': `r${index + 1}` });
  });
  const { sourceConnections } = client(server.url);
  expect(await failure(sourceConnections.confirmSweep('1'))).toMatchObject({
    status: 409,
    kind: 'conflict',
    code: 'sweep_not_held',
    message: 'No sweep is waiting.',
    requestId: 'r1',
    details: { id: '1' },
  });
  expect(await failure(sourceConnections.get('1'))).toMatchObject({
    status: 404,
    kind: 'not_found',
    code: 'not_found',
    message: 'Source connection not found',
    requestId: 'r2',
  });
  expect(await failure(sourceConnections.get('1'))).toMatchObject({ kind: 'invalid', message: 'name: too short' });
  expect(await failure(sourceConnections.get('1'))).toMatchObject({ kind: 'upstream', status: 502 });
});

test('takes the code of an error from its header, where the documented body has none', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 409, { detail: 'a sync job is already running' }, { 'x-error-code': 'sync_already_running' }),
  );
  expect(await failure(client(server.url).sourceConnections.run('1'))).toMatchObject({
    kind: 'conflict',
    code: 'sync_already_running',
    message: 'a sync job is already running',
  });
});

test('says that the address is wrong when something else than Tributary answers', async () => {
  await using server = await startTestServer((_, response) => void response.writeHead(200).end('<html></html>'));
  const error = await failure(client(server.url).sources.list());
  expect(error.kind).toBe('unexpected');
  expect(error.message).toContain('Is this the address of a Tributary service?');
});

test('names the address and the reason when nobody listens', async () => {
  const server = await startTestServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const error = await failure(client(server.url, { retries: 0 }).sources.list());
  expect(error.message).toContain(server.url);
  expect(error.message).toMatch(/ECONNREFUSED/);
});

test('stops waiting after its timeout', async () => {
  await using server = await startTestServer(() => undefined);
  const error = await failure(client(server.url, { timeoutMs: 50, retries: 0 }).sources.list());
  expect(error).toMatchObject({ kind: 'timeout', status: 0 });
});

test('throws the caller’s own reason when the caller aborts', async () => {
  await using server = await startTestServer(() => undefined);
  const stop = new AbortController();
  const call = client(server.url).sources.list({ signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test('does not follow redirects, so that the key never leaves for another host', async () => {
  await using other = await startTestServer((_, response) => sendJson(response, 200, []));
  await using server = await startTestServer(
    (_, response) => void response.writeHead(302, { location: other.url }).end(),
  );
  await failure(client(server.url, { retries: 0 }).sources.list());
  expect(other.seen).toHaveLength(0);
});

test('refuses an empty key and an address that is none', () => {
  expect(() => new TributaryClient({ url: 'http://x', apiKey: ' ' })).toThrow('apiKey is empty');
  expect(() => new TributaryClient({ url: 'localhost', apiKey: 'k' })).toThrow('not a URL');
});

test('escapes ids, so that none can name another path', async () => {
  await using server = await startTestServer((_, response) => sendJson(response, 200, {}));
  await client(server.url).collections.get('../sources');
  expect(server.seen[0]?.url).toBe('/v1/collections/..%2Fsources');
});
