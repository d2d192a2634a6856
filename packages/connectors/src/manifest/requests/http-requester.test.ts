import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectorErrorOf, HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { RequestOutcome, RequestParts } from '../model/request.ts';
import { buildRequester } from './build-requester.ts';
import type { BodyTaking } from './http-requester.ts';
import { placeOf, testingBuild, testingStream } from './testing-build.ts';
import type { TestingOptions } from './testing-build.ts';

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(() => rig.close());

const requesterOf = (definition: JsonObject, options: TestingOptions = {}, bodies: BodyTaking = 'whole') =>
  buildRequester({ type: 'HttpRequester', ...definition }, testingBuild({ rig, ...options }), testingStream(), {
    bodies,
  });

/** A server that answers with what it was asked. */
const echo = () =>
  rig.serve((request, response) => {
    const { method, url, headers } = request;
    void bodyOf(request).then((body) => response.end(JSON.stringify({ method, url, headers, body })));
  });

const bodyOf = async (request: IncomingMessage): Promise<string> =>
  (await Array.fromAsync(request as AsyncIterable<Buffer>)).join('');

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function echoed(outcome: RequestOutcome): Echo {
  if (outcome.type !== 'response') throw new Error(`the outcome is ${outcome.type}`);
  return outcome.response.json() as unknown as Echo;
}

describe('what is sent', () => {
  test('comes from the definition, the components around it and the authenticator', async () => {
    const { origin } = await echo();
    const requester = requesterOf(
      {
        url_base: `${origin}/v1/`,
        path: "/pets/{{ stream_partition['id'] }}",
        http_method: 'POST',
        request_parameters: { kind: ['dog', 'cat'], empty: "{{ '' }}", limit: '{{ 10 * 2 }}' },
        request_headers: { 'X-Version': '1.0', Connection: 'keep-alive' },
        request_body_json: { filter: { since: "{{ config['since'] }}" } },
        authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['key'] }}" },
      },
      { config: { since: '2024-01-01', key: 'hush' } },
    );
    const more: RequestParts[] = [{ params: { page: 2 } }, { bodyJson: { filter: { size: 5 } } }];
    const { method, url, headers, body } = echoed(await requester.send(placeOf({ id: 7 }), more));
    expect([method, url]).toEqual(['POST', '/v1/pets/7?kind=dog&kind=cat&limit=20&page=2']);
    expect(headers).toMatchObject({
      authorization: 'Bearer hush',
      'x-version': '1.0',
      'content-type': 'application/json',
    });
    expect(JSON.parse(body)).toEqual({ filter: { since: '2024-01-01', size: 5 } });
  });

  test('is a form or a text when the manifest says so, also with GET', async () => {
    const { origin } = await echo();
    const form = requesterOf({
      url: `${origin}/search`,
      request_body: { type: 'RequestBodyUrlEncodedForm', value: { q: 'a b', tags: "{{ ['x', 'y'] }}" } },
    });
    expect(echoed(await form.send(placeOf(), []))).toMatchObject({
      method: 'GET',
      body: 'q=a+b&tags=x&tags=y',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const text = requesterOf(
      {
        url: `${origin}/search`,
        http_method: 'POST',
        request_body: { type: 'RequestBodyPlainText', value: "find {{ config['what'] }}" },
      },
      { config: { what: 'pets' } },
    );
    expect(echoed(await text.send(placeOf(), [])).body).toBe('find pets');
    const graphql = requesterOf({
      url: `${origin}/graphql`,
      http_method: 'POST',
      request_body: { type: 'RequestBodyGraphQL', value: { query: 'query { pets(first: 2) { id } }' } },
    });
    expect(JSON.parse(echoed(await graphql.send(placeOf(), [])).body)).toEqual({
      query: 'query { pets(first: 2) { id } }',
    });
  });

  test('goes to the URL of a page token, without the parameters that it has already', async () => {
    const { origin } = await echo();
    const requester = requesterOf({
      url_base: `${origin}/v1`,
      path: 'pets',
      request_parameters: { limit: '2', kind: 'dog' },
    });
    const path = `${origin}/next?limit=2&cursor=abc`;
    expect(echoed(await requester.send(placeOf({}, path), [{ path }])).url).toBe('/next?limit=2&cursor=abc&kind=dog');
    expect(echoed(await requester.send(placeOf(), [{ path: '/other' }])).url).toBe('/other?limit=2&kind=dog');
  });

  test('must not name a parameter twice', async () => {
    const requester = requesterOf({ url: 'http://127.0.0.1/', request_parameters: { page: '1' } });
    const error = await connectorErrorOf(requester.send(placeOf(), [{ params: { page: '1' } }]));
    expect(error).toMatchObject({ reason: 'configuration', message: expect.stringContaining('"page"') });
  });
});

describe('secrets', () => {
  test('F1-14 stand in no error and no log, wherever a manifest puts them', async () => {
    const { origin } = await rig.serve((request, response) => {
      const { url, headers } = request;
      void bodyOf(request).then((body) => response.writeHead(400).end(JSON.stringify([url, headers, body])));
    });
    const secrets = ['in-the-path', 'in-the-query', 'in-a-header', 'in-the-body'];
    const [path, query, header, body] = secrets;
    const requester = requesterOf(
      {
        url: `${origin}/bot{{ config.path }}/me`,
        http_method: 'POST',
        request_parameters: { a: '{{ config.query }}' },
        request_headers: { 'x-a': '{{ config.header }}' },
        request_body_json: { deep: { a: '{{ config.body }}' } },
        error_handler: {
          type: 'DefaultErrorHandler',
          response_filters: [
            {
              type: 'HttpResponseFilter',
              http_codes: [400],
              action: 'FAIL',
              error_message: "{{ config['path'] }} {{ response }}",
            },
          ],
        },
      },
      { config: { path: path!, query: query!, header: header!, body: body! }, secrets },
    );
    const { message } = await connectorErrorOf(requester.send(placeOf(), []));
    expect(message).toMatch(/^Stream "pets": HttpRequester: POST http.+ answered 400: /);
    for (const secret of secrets) expect(`${message} ${rig.lines.join()}`).not.toContain(secret);
  });
});

describe('what comes back', () => {
  test('is tried again after growing waits, and given to the job when they are long', async () => {
    const { origin, seen } = await rig.serve((_request, response, count) =>
      response.writeHead(count < 3 ? 500 : 200).end('{"ok":true}'),
    );
    expect((await requesterOf({ url: origin }).send(placeOf(), [])).type).toBe('response');
    expect([seen(), rig.waits]).toEqual([4, [1_000, 2_000, 4_000]]);

    const limited = await rig.serve((_request, response) => response.writeHead(429, { 'retry-after': '90' }).end());
    const error = await connectorErrorOf(requesterOf({ url: limited.origin }).send(placeOf(), []));
    expect(error).toMatchObject({ reason: 'rate_limited', retryAfterMs: 90_000 });
    expect(limited.seen()).toBe(1);
  });

  test('ends when the retries of the manifest are used up', async () => {
    const { origin, seen } = await rig.serve((_request, response) =>
      response.writeHead(503).end('{"message":"later"}'),
    );
    const requester = requesterOf({
      url: origin,
      error_handler: {
        type: 'DefaultErrorHandler',
        max_retries: 2,
        backoff_strategies: [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 3 }],
      },
    });
    expect(await connectorErrorOf(requester.send(placeOf(), []))).toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('answered 503: {"message":"later"}'),
    });
    expect([seen(), rig.waits]).toEqual([3, [3_000, 3_000]]);
  });

  test('is no longer tried when the time for it is over', async () => {
    const { origin, seen } = await rig.serve((_request, response) => response.writeHead(500).end());
    const requester = requesterOf({
      url: origin,
      error_handler: {
        type: 'DefaultErrorHandler',
        max_retries: 100,
        backoff_strategies: [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 29 }],
      },
    });
    await connectorErrorOf(requester.send(placeOf(), []));
    expect(seen()).toBe(1 + Math.floor(600 / 29));
  });

  test.each([
    [401, 'credential'],
    [403, 'credential'],
    [400, 'invalid_answer'],
    [404, 'invalid_answer'],
  ])('with the status %i is an error of the kind %s', async (status, reason) => {
    const { origin } = await rig.serve((_request, response) => response.writeHead(status).end('{}'));
    expect((await connectorErrorOf(requesterOf({ url: origin }).send(placeOf(), []))).reason).toBe(reason);
  });

  test('is passed over, or begins pagination anew, when the manifest says so', async () => {
    const { origin } = await rig.serve((request, response) =>
      response.writeHead(Number(request.url!.slice(1))).end('{}'),
    );
    const filters = [
      { type: 'HttpResponseFilter', http_codes: [404], action: 'IGNORE' },
      { type: 'HttpResponseFilter', http_codes: [410], action: 'RESET_PAGINATION' },
    ];
    const send = (status: number) =>
      requesterOf({
        url: `${origin}/${status}`,
        error_handler: { type: 'DefaultErrorHandler', response_filters: filters },
      }).send(placeOf(), []);
    expect(await send(404)).toEqual({ type: 'ignored' });
    expect(await send(410)).toEqual({ type: 'reset_pagination' });
  });

  test('is a refused credential, whatever its status, when the manifest wants a newer token and there is none', async () => {
    const { origin, seen } = await rig.serve((_request, response) => response.end('{"ok": false}'));
    const filter = {
      type: 'HttpResponseFilter',
      predicate: '{{ not response.ok }}',
      action: 'REFRESH_TOKEN_THEN_RETRY',
    };
    const error_handler = { type: 'DefaultErrorHandler', response_filters: [filter] };
    const authenticator = { type: 'BearerAuthenticator', api_token: 'x' };
    const requester = requesterOf({ url: origin, authenticator, error_handler });
    expect((await connectorErrorOf(requester.send(placeOf(), []))).reason).toBe('credential');
    expect(seen()).toBe(1);
  });

  test('may be a failure although its status is good', async () => {
    const { origin } = await rig.serve((_request, response) => response.end('{"error":"quota used up"}'));
    const requester = requesterOf({
      url: origin,
      error_handler: {
        type: 'DefaultErrorHandler',
        response_filters: [
          {
            type: 'HttpResponseFilter',
            predicate: "{{ 'error' in response }}",
            action: 'FAIL',
            failure_type: 'config_error',
            error_message: 'Buy more: {{ response.error }}.',
          },
        ],
      },
    });
    expect(await connectorErrorOf(requester.send(placeOf(), []))).toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('Buy more: quota used up.'),
    });
  });

  test('comes in pieces when it is to be streamed, but for errors', async () => {
    const { origin } = await rig.serve((request, response) =>
      request.url === '/good' ? response.end('a,b\n1,2\n') : response.writeHead(400).end('{"message":"no such file"}'),
    );
    const outcome = await requesterOf({ url: `${origin}/good` }, {}, 'as it comes').send(placeOf(), []);
    if (outcome.type !== 'response') throw new Error('no response');
    expect(Buffer.concat(await Array.fromAsync(outcome.response.stream())).toString()).toBe('a,b\n1,2\n');
    const error = await connectorErrorOf(requesterOf({ url: `${origin}/bad` }, {}, 'as it comes').send(placeOf(), []));
    expect(error.message).toContain('no such file');
  });
});

describe('answers to parents', () => {
  test('are shared by all streams of an opened manifest, unless the manifest says no', async () => {
    const { origin, seen } = await rig.serve((request, response) => response.end(JSON.stringify(request.url)));
    const build = testingBuild({ rig });
    const parent = testingStream('owners', { isParent: true });
    const send = (definition: JsonObject) =>
      buildRequester({ type: 'HttpRequester', url: origin, ...definition }, build, parent, { bodies: 'whole' }).send(
        placeOf(),
        [],
      );
    await Promise.all([send({}), send({})]);
    await send({});
    expect(seen()).toBe(1);
    await send({ request_parameters: { page: '2' } });
    await send({ use_cache: false });
    expect(seen()).toBe(3);
  });
});
