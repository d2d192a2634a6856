import { expect, test } from 'vitest';
import type { RequestListener } from 'node:http';
import type { JsonObject } from '../../kit/json.ts';
import { byDay, CANARY, errorOf, json, requester, retriever, trial } from './testing-bad-input.ts';

const oauth: JsonObject = {
  type: 'OAuthAuthenticator',
  token_refresh_endpoint: "{{ config['origin'] }}/bad/token",
  client_id: 'me',
  client_secret: "{{ config['api_key'] }}",
  refresh_token: 'r',
};
const session: JsonObject = {
  type: 'SessionTokenAuthenticator',
  login_requester: {
    type: 'HttpRequester',
    url_base: "{{ config['origin'] }}",
    path: '/bad/token',
    http_method: 'POST',
  },
  session_token_path: ['access_token'],
  expiration_duration: 'PT1H',
  request_authentication: { type: 'Bearer' },
};
const paged: JsonObject = {
  paginator: {
    type: 'DefaultPaginator',
    page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
    pagination_strategy: { type: 'PageIncrement', page_size: 2, start_from_page: 1, inject_on_first_request: true },
  },
};
const stream = (authenticator: JsonObject, more: JsonObject = paged): JsonObject => ({
  retriever: retriever('/bad', { requester: requester('/bad', { authenticator }), ...more }),
});

interface Turnstile {
  readonly answer: RequestListener;
  /** Tokens that were given out. */
  readonly given: () => number;
}

/** Five pages; the token that is taken is the newest one, and page 3 takes none that was given out before `fromToken`. */
function turnstile(fromToken: number): Turnstile {
  let given = 0;
  return {
    given: () => given,
    answer(request, response) {
      const url = new URL(request.url ?? '', 'http://source');
      if (url.pathname === '/bad/token') {
        given += 1;
        return json(response, { access_token: `token-${given}`, expires_in: 3600 });
      }
      const page = Number(url.searchParams.get('page'));
      const token = Number(/^Bearer token-(\d+)$/.exec(request.headers.authorization ?? '')?.[1] ?? 0);
      if (page >= 3 && token < fromToken) return json(response, { said: CANARY }, 401);
      json(response, page < 5 ? [{ id: 2 * page }, { id: 2 * page + 1 }] : [{ id: 10 }]);
    },
  };
}

const ALL = [2, 3, 4, 5, 6, 7, 8, 9, 10];

test.each([
  ['OAuth', oauth],
  ['a session', session],
])(
  'a token of %s that is refused on page 3 is renewed, and no record is lost or doubled',
  async (_title, authenticator) => {
    const { answer, given } = turnstile(2);
    const { outcomes, asked } = await trial(stream(authenticator), { answer });
    const { records = [], error } = outcomes.get('bad') ?? {};
    expect(error).toBeUndefined();
    expect(records.map(({ id }) => id)).toEqual(ALL);
    expect(given()).toBe(2);
    expect(asked.filter((url) => url === '/bad?page=3')).toHaveLength(2);
  },
);

test('a token that is renewed and refused again ends the stream, without renewing it over and over', async () => {
  const { answer, given } = turnstile(Infinity);
  const { outcomes, logs } = await trial(stream(oauth), { answer });
  const { records = [], error } = outcomes.get('bad') ?? {};
  expect(records.map(({ id }) => id)).toEqual([2, 3, 4, 5]);
  expect(errorOf(error)).toMatchObject({ reason: 'credential' });
  expect(errorOf(error).message).toMatch(/^Stream "bad": HttpRequester: GET .*answered 401/);
  expect(errorOf(error).message).not.toContain(CANARY);
  expect(logs.join('\n')).not.toMatch(/token-\d/);
  expect(given()).toBe(2);
  expect(outcomes.get('last')).toMatchObject({ records: [{ id: 1 }, { id: 2 }], error: undefined });
});

test('many slices that are refused at once share one new token', async () => {
  const { answer, given } = turnstile(2);
  const partition_router = {
    type: 'ListPartitionRouter',
    values: ['3', '4', '5'],
    cursor_field: 'p',
    request_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
  };
  const { outcomes } = await trial(stream(oauth, { partition_router }), {
    answer,
    manifest: { concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: 3 } },
  });
  expect(outcomes.get('bad')?.error).toBeUndefined();
  expect(outcomes.get('bad')?.records).toHaveLength(5);
  expect(given()).toBe(2);
});

test('a key that is refused in the third window keeps what the windows before it have brought', async () => {
  const incremental_sync = byDay({
    end_datetime: '2024-01-06',
    step: 'P1D',
    cursor_granularity: 'P1D',
    start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
  });
  const { outcomes } = await trial(
    { incremental_sync },
    {
      answer({ url = '' }, response) {
        const from = new URL(url, 'http://source').searchParams.get('from') ?? '';
        if (from >= '2024-01-03') json(response, {}, 401);
        else json(response, [{ id: from, at: from }]);
      },
    },
  );
  const { records = [], states = [], error } = outcomes.get('bad') ?? {};
  expect(records.map(({ id }) => id as string).toSorted()).toEqual(['2024-01-01', '2024-01-02']);
  expect(errorOf(error)).toMatchObject({ reason: 'credential' });
  expect(JSON.stringify(states.at(-1))).toContain('2024-01-02');
  expect(JSON.stringify(states.at(-1))).not.toMatch(/2024-01-0[3-6]/);
});
