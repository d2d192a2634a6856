import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { takePosition } from '../cursors/read-position.ts';
import {
  byDay,
  CANARY,
  dividedInto,
  errorOf,
  json,
  requester,
  retriever,
  streamOf,
  trial,
} from './testing-bad-input.ts';
import type { Trial, TrialOptions } from './testing-bad-input.ts';

const reading = (more: JsonObject): JsonObject => ({ retriever: retriever('/bad', more) });
const asking = (more: JsonObject): JsonObject => reading({ requester: requester('/bad', more) });
const selecting = (more: JsonObject, path: readonly string[] = []): JsonObject => ({
  record_selector: {
    type: 'RecordSelector',
    extractor: { type: 'DpathExtractor', field_path: path },
    ...more,
  },
});
const paging = (strategy: JsonObject): JsonObject => ({
  paginator: {
    type: 'DefaultPaginator',
    page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
    pagination_strategy: strategy,
  },
});
const byNext = { type: 'CursorPagination', cursor_value: '{{ response.next }}' };
const divided = dividedInto('a', 'b', 'c');
const daily = { incremental_sync: byDay() };

/** Answers with a body as it is. */
const body =
  (text: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);

/** Answers a request by how many there were before. */
function counting(answer: (before: number) => unknown): RequestListener {
  let before = 0;
  return (_request, response) => json(response, answer(before++));
}

const atPartition =
  (status: number): RequestListener =>
  ({ url = '' }, response) =>
    url.includes('p=b') ? json(response, { said: CANARY }, status) : json(response, [{ id: url.at(-1) ?? '' }]);

/** What holds for whatever is bad: others are read to their end, and nothing is shown that must not be. */
function expectUnharmed({ outcomes, logs }: Trial): void {
  for (const name of ['first', 'last']) expect(outcomes.get(name)).toMatchObject({ records: [{ id: 1 }, { id: 2 }] });
  expect(outcomes.get('first')?.error).toBeUndefined();
  expect(outcomes.get('last')?.error).toBeUndefined();
  expect(logs.join('\n')).not.toContain(CANARY);
}

const HOST_WORDS = /Unexpected token|is not a function|Cannot read|call stack|SyntaxError|RangeError|TypeError/;

type Row = readonly [title: string, bad: JsonObject, options: TrialOptions, reason: ConnectorErrorReason, says: RegExp];

const templates: readonly Row[] = [
  ['a URL', reading({ requester: requester('/{{ nope }}') }), {}, 'configuration', /"nope" is not known/],
  ['a header', asking({ request_headers: { a: '{{ nope }}' } }), {}, 'configuration', /"nope" is not known/],
  ['a body', asking({ http_method: 'POST', request_body_json: { a: '{{ nope }}' } }), {}, 'configuration', /"nope"/],
  [
    'a record filter',
    reading(selecting({ record_filter: { type: 'RecordFilter', condition: '{{ nope.a }}' } })),
    {},
    'configuration',
    /"nope" is not known/,
  ],
  [
    'a transformation',
    { transformations: [{ type: 'AddFields', fields: [{ path: ['a'], value: '{{ nope }}' }] }] },
    {},
    'configuration',
    /"nope" is not known/,
  ],
  [
    'a loop that takes all its fuel',
    {
      transformations: [
        {
          type: 'AddFields',
          fields: [
            {
              path: ['a'],
              value:
                '{% for a in config.l %}{% for b in config.l %}{% for c in config.l %}x{% endfor %}{% endfor %}{% endfor %}',
            },
          ],
        },
      ],
    },
    { config: { l: Array.from({ length: 200 }, (_, index) => index) } },
    'configuration',
    /too much work/,
  ],
  ['a cursor value', reading(paging({ ...byNext, cursor_value: '{{ nope }}' })), {}, 'configuration', /"nope"/],
  ['a stop condition', reading(paging({ ...byNext, stop_condition: '{{ nope }}' })), {}, 'configuration', /"nope"/],
];

const pages: readonly Row[] = [
  [
    'pages that are the same',
    reading(paging({ type: 'PageIncrement', page_size: 1 })),
    { answer: body('[{"id":1}]') },
    'invalid_answer',
    /PageIncrement would never end, as the source answers the same page/,
  ],
  [
    'pages that differ by a request id only',
    reading({ ...paging({ type: 'PageIncrement', page_size: 1 }), ...selecting({}, ['d']) }),
    { answer: counting((before) => ({ request: before, d: [{ id: 1 }] })) },
    'invalid_answer',
    /PageIncrement would never end, as 1001 pages in a row end with the same record/,
  ],
  [
    'a token that stays',
    reading({ ...paging(byNext), ...selecting({}, ['d']) }),
    { answer: body('{"next":"x","d":[{"id":1}]}') },
    'invalid_answer',
    /CursorPagination would never end/,
  ],
  [
    'pages that are empty for ever',
    reading({ ...paging(byNext), ...selecting({}, ['d']) }),
    { answer: counting((before) => ({ next: `t${before}`, d: [] })) },
    'invalid_answer',
    /pages in a row are empty/,
  ],
  [
    'tokens that go round',
    reading({ ...paging(byNext), ...selecting({}, ['d']) }),
    { answer: counting((before) => ({ next: `t${before % 3}`, d: [{ id: before % 3 }] })) },
    'invalid_answer',
    /tokens go round in a circle/,
  ],
];

const deep = `[{"id":1,"x":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}]`;

const bodies: readonly Row[] = [
  ['truncated JSON', {}, { answer: body('[{"id":1},{"id":') }, 'invalid_answer', /JsonDecoder.*may be cut off/],
  ['a text for a list', reading(selecting({}, ['d'])), { answer: body('{"d":"x"}') }, 'invalid_answer', /a string/],
  ['numbers as records', {}, { answer: body('[1,2]') }, 'invalid_answer', /DpathExtractor.*a number/],
  [
    'a login page with the status 200',
    {},
    { answer: body(`<html>Log in with ${CANARY}</html>`, { 'content-type': 'text/html' }) },
    'invalid_answer',
    /it is no JSON; it begins with: <html>/,
  ],
  [
    'UTF-16 that is called UTF-8',
    {},
    { answer: body(Buffer.from('\uFEFF[{"id":1}', 'utf16le')) },
    'invalid_answer',
    /it is no JSON/,
  ],
  [
    'F1-13 a page of 60 MB',
    {},
    { answer: body(`[{"id":1,"x":"${'a'.repeat(60_000_000)}"}]`) },
    'invalid_answer',
    /larger than/,
  ],
  [
    'F1-13 a line of 60 MB',
    reading({ decoder: { type: 'JsonlDecoder' } }),
    { answer: body(`{"id":1,"x":"${'a'.repeat(60_000_000)}"}\n{"id":2}\n`) },
    'invalid_answer',
    /larger than|longer than/,
  ],
  [
    'F1-13 a gzip bomb',
    {},
    { answer: body(gzipSync(Buffer.alloc(60_000_000, 32)), { 'content-encoding': 'gzip' }) },
    'invalid_answer',
    /larger than/,
  ],
  ['F1-13 JSON of 10,000 levels', {}, { answer: body(deep) }, 'invalid_answer', /DpathExtractor.*too many levels/],
  [
    'F1-13 JSON of 10,000 levels, walked by a path',
    reading(selecting({}, ['**', 'zz'])),
    { answer: body(deep) },
    'invalid_answer',
    /nested too deep/,
  ],
  [
    'answers that stop coming',
    {},
    { idleMs: 100, answer: (_request, response) => void response.writeHead(200).write('[{"id":1},') },
    'unavailable',
    /took too long/,
  ],
];

const refusals: readonly Row[] = [
  ['a redirect loop', {}, { answer: body('', { location: '/bad' }, 302) }, 'invalid_answer', /redirects more than/],
  [
    'F1-6 a redirect to a private address',
    {},
    { answer: body('', { location: 'http://10.0.0.1/' }, 302) },
    'refused',
    /private or reserved/,
  ],
  ['F1-6 a redirect to a file', {}, { answer: body('', { location: 'file:///etc/passwd' }, 302) }, 'refused', /scheme/],
  [
    'F1-6 a URL of a private address',
    reading({ requester: requester('http://169.254.169.254/latest') }),
    {},
    'refused',
    /private or reserved/,
  ],
  [
    'F1-6 a token endpoint at a private address',
    asking({
      authenticator: {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: 'http://169.254.169.254/token',
        client_id: 'a',
        client_secret: "{{ config['api_key'] }}",
        refresh_token: 'b',
      },
    }),
    {},
    'refused',
    /private or reserved/,
  ],
  [
    'line ends in a header',
    asking({ request_headers: { a: "{{ config['h'] }}" } }),
    { config: { h: 'a\r\nx-more: 1' } },
    'configuration',
    /a header or its method is not valid/,
  ],
  [
    'line ends in the name of a header',
    asking({ request_headers: { "{{ config['h'] }}": 'a' } }),
    { config: { h: 'a\r\nx-more' } },
    'configuration',
    /a header or its method is not valid/,
  ],
  ['F1-3 a status 401 that echoes the secret', {}, { answer: body(CANARY, {}, 401) }, 'credential', /answered 401/],
  [
    'a status 403 on one partition',
    reading(divided),
    { answer: atPartition(403) },
    'credential',
    /\(slice {"p":"b"}\)/,
  ],
  ['a status 500 for ever', reading(divided), { answer: atPartition(500) }, 'unavailable', /\(slice {"p":"b"}\)/],
  ['too many requests', {}, { answer: body('', { 'retry-after': '86400' }, 429) }, 'rate_limited', /too many requests/],
  [
    'F1-3 an error message that echoes the secret',
    asking({
      error_handler: {
        type: 'DefaultErrorHandler',
        response_filters: [
          {
            type: 'HttpResponseFilter',
            http_codes: [400],
            action: 'FAIL',
            error_message: 'said {{ response.message }}',
          },
        ],
      },
    }),
    { answer: body(`{"message":"${CANARY} is wrong"}`, {}, 400) },
    'invalid_answer',
    /said \[secret\] is wrong/,
  ],
  [
    'a child that is not found',
    reading({
      requester: requester('/bad/{{ stream_partition.parent }}'),
      partition_router: {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [
          { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'parent', stream: streamOf('parent') },
        ],
      },
    }),
    { answer: ({ url }, response) => (url === '/parent' ? json(response, [{ id: 1 }]) : json(response, {}, 404)) },
    'invalid_answer',
    /answered 404/,
  ],
  ['a state whose value is no time', daily, { state: { at: 'soon' } }, 'cursor_expired', /value of 'at'/],
  ['a state whose value is an object', daily, { state: { at: { a: 1 } } }, 'cursor_expired', /value of 'at'/],
];

test.each([
  ...templates.map(([title, ...row]) => [`a template fails in ${title}`, ...row] as const),
  ...pages,
  ...bodies,
  ...refusals,
])('%s: the stream says why, and the others are read', async (_title, bad, options, reason, says) => {
  const result = await trial(bad, options);
  const outcome = result.outcomes.get('bad');
  const error = errorOf(outcome?.error);
  expect(error.reason).toBe(reason);
  expect(error.message).toMatch(/^Stream "?bad"?: /);
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain(CANARY);
  expect(error.message).not.toMatch(HOST_WORDS);
  expect(error.message.length).toBeLessThan(1_000);
  // No state counts what was not read: the next run begins where this one did.
  expect(outcome?.states.flatMap((state) => takePosition(state).state ?? [])).toEqual([]);
  expectUnharmed(result);
});

test('partitions beside one that fails are read', async () => {
  const { outcomes } = await trial(reading(divided), { answer: atPartition(500) });
  expect(
    outcomes
      .get('bad')
      ?.records.map(({ id }) => id)
      .toSorted(),
  ).toEqual(['a', 'c']);
});

test.each([
  ['86400', 86_400_000],
  ['9'.repeat(400), 30 * 86_400_000],
])('a Retry-After of %s seconds is a pause that has an end', async (seconds, retryAfterMs) => {
  const { outcomes } = await trial({}, { answer: body('', { 'retry-after': seconds }, 429) });
  expect(errorOf(outcomes.get('bad')?.error)).toMatchObject({ reason: 'rate_limited', retryAfterMs });
});

test('a connection that is cut in the middle of a body is asked again', async () => {
  let asked = 0;
  const { outcomes } = await trial(
    {},
    {
      answer(_request, response) {
        asked += 1;
        if (asked > 1) return json(response, [{ id: 3 }]);
        response.writeHead(200, { 'content-length': '100' });
        response.write('[{"id":3}', () => response.destroy());
      },
    },
  );
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
});

test.each(['not a date', { a: 1 }, 1e300, null])('a cursor value %j moves no state', async (at) => {
  const result = await trial(daily, { answer: (_request, response) => json(response, [{ id: 1, at }]) });
  const { records, states } = result.outcomes.get('bad') ?? {};
  expect(records).toHaveLength(1);
  expect(states?.at(-1)).toEqual({ at: '2024-01-01' });
  expectUnharmed(result);
});

test.each([
  { foo: 'bar' },
  { state_type: 'date-range', slices: 'no list' },
  JSON.parse('{"__proto__":{"at":"2024-01-05"},"constructor":{"prototype":{"at":"2024-01-05"}}}') as JsonObject,
])('a foreign state %j is read from the start', async (state) => {
  const { outcomes } = await trial(daily, { state, answer: body('[{"id":1,"at":"2024-01-02"}]') });
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 1 }], error: undefined });
});

test('F1-14 names of JavaScript’s objects are names like others in records and transformations', async () => {
  const bad = {
    transformations: [
      {
        type: 'AddFields',
        fields: [
          { path: ['__proto__', 'polluted'], value: 'yes' },
          { path: ['constructor', 'prototype', 'polluted'], value: 'yes' },
        ],
      },
      { type: 'FlattenFields' },
    ],
  };
  const result = await trial(bad, { answer: body('[{"id":1,"__proto__":{"a":1},"constructor":{"prototype":{}}}]') });
  expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  expectUnharmed(result);
});
