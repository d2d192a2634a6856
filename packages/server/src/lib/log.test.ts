import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient } from '@tributary/connectors/kit/guarded-http-client';
import { Secret } from '@tributary/connectors/kit/secret';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { createLog } from './log.ts';
import { logText } from './log-fields.ts';

const canary = 'canary9f2c41d7';

/** What a log writes when `use` uses it. */
function written(use: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  use(createLog({ level: 'trace', destination: { write: (line) => void (text += line) } }));
  for (const line of text.trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
  return text;
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('it did not fail');
}

describe('the log', () => {
  it('F1-15 keeps secrets of causes of causes out, whatever properties errors carry', () => {
    const deepest = Object.assign(new Error(`login as postgres://me:${canary}@db.test/x failed`), {
      config: { headers: { authorization: `Bearer ${canary}` } },
      detail: `Key (password)=(${canary})`,
    });
    const cause = new AggregateError([deepest, new Error(`token=${canary}`)], 'several', { cause: deepest });
    const error = Object.assign(new TypeError('outer', { cause }), { [canary]: canary, request: { body: canary } });
    const text = written((log) => {
      log.error({ error }, 'broke');
      log.error({ err: error, nested: [{ deep: error }] }, 'broke');
      log.error(error);
      log.error(new Error(`https://me:${canary}@api.test/?api_key=${canary}`));
      log.error(error, `at https://api.test/x?key=${canary}&page=2`);
    });
    expect(text).not.toContain(canary);
    expect(text).toContain('login as postgres://[secret]@db.test/x failed');
    expect(text).toContain('log.test.ts');
    expect(text).toContain('https://api.test/x?key=…&page=…');
  });

  it('F1-15 keeps fields out by their names, and things that are no plain values', () => {
    const text = written((log) => {
      log.info(
        {
          headers: { Authorization: `Basic ${canary}`, cookie: canary, 'x-api-key': canary, 'set-cookie': [canary] },
          body: { client_secret: canary, refreshToken: { value: canary }, list: [{ password: canary }], name: 'kept' },
          sealed: new Secret(canary),
          bytes: Buffer.from(canary),
          map: new Map([['a', canary]]),
          real: new Headers({ authorization: canary }),
          address: new URL(`https://me:${canary}@api.test/path?signature=${canary}`),
          tokens: 3,
          nothing: null,
          at: new Date(0),
        },
        `user said password=${canary}`,
      );
      log.child({ token: canary, url: `amqp://u:${canary}@h` }).warn({}, 'child');
    });
    expect(text).not.toContain(canary);
    for (const kept of [
      '"name":"kept"',
      '"tokens":3',
      '"nothing":null',
      'https://[secret]@api.test/path?signature=[secret]',
      '1970',
    ])
      expect(text).toContain(kept);
  });

  it('F1-15 shows nothing of a request in what undici throws, nor of a login in what a driver throws', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'set-cookie': canary, 'content-length': '100' }).write(canary);
      response.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/?token=${canary}`;
    const headers = { authorization: `Bearer ${canary}` };
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
    const client = createHttpClient({
      policy: { allow: 'all' },
      limits: { requestsPerMinute: 600, concurrency: 1 },
      clock: systemClock,
      log: silent,
    });
    const sealed = { authorization: new Secret(`Bearer ${canary}`) };
    const errors = [
      await failureOf(client.request({ url, headers: sealed, method: 'POST', body: canary })),
      await failureOf(client.request({ url, headers: { 'bad header': new Secret(canary) } })),
      await failureOf(fetch(url, { headers }).then((response) => response.text())),
      await failureOf(fetch(`http://127.0.0.1:1/?token=${canary}`, { headers })),
      await failureOf(fetch(`http://me:${canary}@127.0.0.1:${port}/`)),
      await failureOf(new pg.Client({ connectionString: `postgres://me:${canary}@127.0.0.1:1/x` }).connect()),
    ];
    await client.close();
    server.closeAllConnections();
    server.close();
    const text = written((log) => {
      for (const error of errors) log.warn({ error }, error.message);
    });
    expect(text).not.toContain(canary);
    expect(text).toContain('ECONNREFUSED');
  });

  it('F1-15 takes user info and query values out of every address in a text', () => {
    const word = fc.stringMatching(/^[\w.~!$*+,-]{1,12}$/);
    fc.assert(
      fc.property(
        word,
        word,
        word,
        fc.constantFrom('https', 'postgres', 'amqp', 'redis'),
        (user, host, name, scheme) => {
          const text = logText(
            `at ${scheme}://${user}:${canary}@${host}/${name}?a=${canary}&${user}x=${canary}#f and on`,
          );
          expect(text).not.toContain(canary);
          expect(text).toContain(' and on');
        },
      ),
    );
    expect(logText('postgres://me:pa/ss@db.test/x')).toBe('postgres://[secret]@db.test/x');
    expect(logText('read https://db.test/a?page=2 and https://db.test/@me')).toBe(
      'read https://db.test/a?page=… and https://db.test/@me',
    );
  });
});
