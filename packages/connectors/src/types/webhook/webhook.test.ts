import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import { webhook } from './index.ts';

const TOKEN = 'Bearer canary-hook-7781';
const SIGNING = `whsec_${Buffer.from('canary-signing-secret-of-24').toString('base64')}`;

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Endpoint {
  readonly port: number;
  readonly url: string;
  readonly calls: Call[];
  stop(): Promise<void>;
}

type Answer = (call: Call, response: ServerResponse) => void;

async function startEndpoint(answer: Answer, port = 0, calls: Call[] = []): Promise<Endpoint> {
  const server = createServer((request, response) => {
    void (async () => {
      const parts = await Array.fromAsync(request as AsyncIterable<Buffer>);
      const url = new URL(request.url ?? '/', 'http://hook.test');
      const body = Buffer.concat(parts).toString('utf8');
      calls.push({ method: request.method ?? '', url, headers: request.headers, body });
      answer(calls.at(-1)!, response);
    })();
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/services/T0/secret-path`,
    calls,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const ok: Answer = (_call, response) => void response.writeHead(204).end();

async function endpointThat(answer: Answer): Promise<Endpoint> {
  const endpoint = await startEndpoint(answer);
  stops.push(endpoint.stop);
  return endpoint;
}

function trialOf(settings: JsonObject) {
  const trial = startTrial(webhook, settings);
  stops.push(trial.close);
  return trial;
}

async function notify(settings: JsonObject, title = 'The sync of crm failed'): Promise<void> {
  await (await trialOf(settings).open()).notify?.(sampleNotice(title));
}

describeConnectionType(webhook, {
  least: { fullUrl: 'https://hooks.example.test/in' },
  full: {
    httpMethod: 'PUT',
    fullUrl: 'https://hooks.example.test/in',
    headerList: [{ name: 'Authorization', value: TOKEN }],
    signingSecret: SIGNING,
    timeout: 7,
    connectionPoolMaxConnectionPerHost: 2,
    connectionPoolMaxConnectionTotal: 3,
  },
  canaries: [TOKEN, 'canary-hook-7781', SIGNING],
  unfit: {
    'a URL of another scheme': { settings: { fullUrl: 'ftp://hooks.example.test/' }, field: 'fullUrl' },
    'a URL without a host': { settings: { fullUrl: 'https:///in' }, field: 'fullUrl' },
    'a header without a value': { settings: { headerList: [{ name: 'X-A' }] }, field: 'headerList' },
    'a header name with a line break': {
      settings: { headerList: [{ name: 'X-A\r\nX-B', value: 'c' }] },
      field: 'headerList',
    },
    'an unknown method': { settings: { httpMethod: 'TRACE' }, field: 'httpMethod' },
    'a timeout in milliseconds': { settings: { timeout: 2000 }, field: 'timeout' },
  },
  network: { at: (host, port) => ({ fullUrl: `http://${host}:${port}/in` }), impatient: { timeout: 1 } },
  async live() {
    const calls: Call[] = [];
    const answer: Answer = (call, response) =>
      void response.writeHead(call.headers.authorization === TOKEN ? 200 : 401).end(call.headers.authorization);
    let endpoint = await startEndpoint(answer, 0, calls);
    return {
      settings: { fullUrl: endpoint.url, headerList: [{ name: 'authorization', value: TOKEN }] },
      refusedCredentials: { headerList: [{ name: 'authorization', value: 'Bearer canary-hook-7781-wrong' }] },
      received: (title) => vi.waitFor(() => expect(calls.map(({ body }) => body).join('\n')).toContain(title)),
      async restart() {
        await endpoint.stop();
        endpoint = await startEndpoint(answer, endpoint.port, calls);
      },
      stop: () => endpoint.stop(),
    };
  },
});

describe('a call', () => {
  test.each(['POST', 'PUT', 'PATCH'])('by %s carries the notice as JSON', async (httpMethod) => {
    const { url, calls } = await endpointThat(ok);
    await notify({ fullUrl: url, httpMethod, headerList: [{ name: 'X-Token', value: 'abcd' }] });
    const { id, kind, severity, title, text, facts } = sampleNotice('The sync of crm failed');
    expect(calls.map((call) => call.method)).toEqual([httpMethod]);
    expect(JSON.parse(calls[0]!.body)).toEqual({
      id,
      kind,
      severity,
      title,
      text,
      facts,
      at: '2026-11-26T12:30:15.250Z',
    });
    expect(calls[0]!.headers).toMatchObject({ 'content-type': 'application/json', 'x-token': 'abcd' });
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE'])('by %s carries it in the query', async (httpMethod) => {
    const { url, calls } = await endpointThat(ok);
    await notify({ fullUrl: `${url}?team=7`, httpMethod });
    const [call] = calls;
    expect(call).toMatchObject({ method: httpMethod, body: '' });
    const { team, title, kind } = Object.fromEntries(call!.url.searchParams);
    expect({ team, title, kind }).toEqual({ team: '7', title: 'The sync of crm failed', kind: 'sync.failed' });
  });

  test('is not repeated by itself, whatever the answer', async () => {
    const { url, calls } = await endpointThat((_call, response) => void response.writeHead(503).end());
    await expect(notify({ fullUrl: url })).rejects.toMatchObject({ reason: 'unavailable' });
    expect(calls).toHaveLength(1);
  });

  test('does not follow a redirect, and says so', async () => {
    const target = await endpointThat(ok);
    const { url } = await endpointThat(
      (_call, response) => void response.writeHead(307, { location: target.url }).end(),
    );
    const words = expect.stringMatching(/redirects \(307\).*fullUrl/);
    await expect(notify({ fullUrl: url })).rejects.toMatchObject({ reason: 'configuration', message: words });
    await expect(trialOf({ fullUrl: url }).test()).rejects.toMatchObject({ reason: 'configuration', message: words });
    expect(target.calls).toEqual([]);
  });

  test.each([
    [403, 'credential', /headerList/],
    [404, 'invalid_answer', /fullUrl/],
    [408, 'unavailable', /408/],
    [429, 'rate_limited', /too many/],
    [500, 'unavailable', /500/],
  ])('that is answered with %i is an error of its own kind, without the path', async (status, reason, words) => {
    const { url } = await endpointThat(
      (call, response) => void response.writeHead(status, { 'retry-after': '7' }).end(call.url.pathname),
    );
    const error: unknown = await notify({ fullUrl: url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason, message: expect.stringMatching(words) });
    expect(error).not.toMatchObject({ message: expect.stringContaining('secret-path') });
    if (status === 429) expect(error).toMatchObject({ retryAfterMs: 7_000 });
  });

  test('that breaks off does not name the path', async () => {
    const { url } = await endpointThat((_call, response) => void response.destroy());
    const error: unknown = await notify({ fullUrl: url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'unavailable' });
    expect(String((error as Error).message)).not.toContain('secret-path');
  });

  test('waits for its turn when the pool is used up', async () => {
    let [now, most] = [0, 0];
    const { url, calls } = await endpointThat((_call, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.writeHead(204).end();
      }, 20);
    });
    const trial = trialOf({ fullUrl: url, connectionPoolMaxConnectionTotal: 2, timeout: 30 });
    const opened = await trial.open();
    await Promise.all(Array.from({ length: 8 }, async (_, at) => await opened.notify?.(sampleNotice(`n${at}`))));
    expect(calls).toHaveLength(8);
    expect(most).toBe(2);
  });
});

test('the test of a webhook takes an endpoint that knows POST only for one that works', async () => {
  const { url, calls } = await endpointThat(
    (call, response) => void response.writeHead(call.method === 'POST' ? 200 : 405).end(),
  );
  expect((await trialOf({ fullUrl: url }).test()).message).toContain('405');
  expect(calls.map(({ method }) => method)).toEqual(['HEAD']);
});
