import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { buildDecoder } from '../../../src/manifest/decoders/build-decoder.ts';
import type { Decoder, MutableRecord, Paginator } from '../../../src/manifest/model/records.ts';
import { EMPTY_SLICE } from '../../../src/manifest/model/slice.ts';
import { buildPaginator } from '../../../src/manifest/paginators/build-paginator.ts';
import { buildStrategy } from '../../../src/manifest/paginators/build-strategy.ts';
import type { PaginationStrategy } from '../../../src/manifest/paginators/strategy.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { buildDpathExtractor } from '../../../src/manifest/records/dpath-extractor.ts';
import { expectSame, expectThrow } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { ParamJudges, ParamRow, Stub } from './param-table.ts';
import { conditionOf, stubDefinition } from './stub-definition.ts';

const NEXT = 'https://airbyte.io/next_url';
const LINK = '<https://adventure.io/api/v1/records?page=2&per_page=100>; rel="next"';

const decoderOf = (type: string): Decoder => buildDecoder(definition({ type }), rigBuild(), rigStream());

function strategyOf(fields: Parameters<typeof definition>[0], config: JsonObject = {}): PaginationStrategy {
  return buildStrategy(definition(fields), rigBuild({ config }), rigStream(), decoderOf('JsonDecoder'));
}

/** Fields of a definition; Python's `None` is no field. */
const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

const sizeOption = (name: unknown) => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });

function cursorPaginator(fields: Record<string, unknown>, decoder: Decoder, config: JsonObject = {}): Paginator {
  const { page_size, stop_condition, ...options } = fields;
  const pagination = present({
    type: 'CursorPagination',
    cursor_value: '{{ response.next }}',
    page_size,
    stop_condition,
  });
  return buildPaginator(
    definition({ type: 'DefaultPaginator', pagination_strategy: pagination, ...present(options) }),
    rigBuild({ config }),
    rigStream(),
    decoder,
  );
}

function withCursor(row: ParamRow): Verdict {
  const decoder = decoderOf((row['decoder'] as { readonly __class__: string }).__class__);
  const paginator = cursorPaginator(
    {
      page_size: row['limit'],
      stop_condition: conditionOf(row['stop_condition']),
      page_size_option: sizeOption('limit'),
      page_token_option: stubDefinition(row['page_token_request_option'] as Stub),
    },
    decoder,
  );
  const body = row['response_body'] as Json & { readonly __bytes__?: string };
  const page = {
    response: rigAnswer(body.__bytes__ ?? JSON.stringify(body)),
    size: 2,
    lastRecord: row['last_record'] as MutableRecord,
  };
  const token = paginator.walk().next(page);
  const { params = {}, headers = {}, bodyData = {}, bodyJson = {}, path = null } = paginator.parts(token, EMPTY_SLICE);
  return expectSame(
    { token: token ?? null, params, headers, bodyData, bodyJson, path },
    {
      token: row['expected_next_page_token'],
      params: row['expected_request_params'],
      headers: row['expected_headers'],
      bodyData: row['expected_body_data'],
      bodyJson: row['expected_body_json'],
      path: row['expected_updated_path'],
    },
  );
}

function interpolatedNames(row: ParamRow): Verdict {
  const named = (name: unknown) => ({
    ...sizeOption(name),
    $parameters: { page_limit: 'parameters_limit', page_token: 'parameters_token' },
  });
  const paginator = cursorPaginator(
    {
      page_size: 50,
      page_size_option: named(row['field_name_page_size_interpolation']),
      page_token_option: named(row['field_name_page_token_interpolation']),
    },
    decoderOf('JsonDecoder'),
    { page_limit: 'config_limit', page_token: 'config_token' },
  );
  const token = paginator.walk().next({ response: rigAnswer({ next: NEXT }), size: 2, lastRecord: { id: 1 } });
  return expectSame(paginator.parts(token, EMPTY_SLICE).params, row['expected_request_params']);
}

function injectedOnFirst(row: ParamRow): Verdict {
  const strategy = stubDefinition(row['pagination_strategy'] as Stub);
  const paginator = buildPaginator(
    definition({ type: 'DefaultPaginator', pagination_strategy: strategy, page_token_option: { type: 'RequestPath' } }),
    rigBuild(),
    rigStream(),
  );
  const walk = paginator.walk();
  const page = { response: rigAnswer({}), size: Number(row['last_page_size']), lastRecord: undefined };
  return expectSame(
    [walk.next(page), walk.next(page)],
    [row['expected_next_page_token'], row['expected_second_next_page_token']],
  );
}

function cursorStrategy(row: ParamRow): Verdict {
  const strategy = strategyOf(
    present({
      type: 'CursorPagination',
      page_size: row['page_size'],
      cursor_value: row['template_string'],
      stop_condition: conditionOf(row['stop_condition']),
      $parameters: { key: 'value' },
    }) as { type: string },
    { config_key: 'config_value' },
  );
  const body = { _metadata: { content: 'content_value' }, accounts: [], end: 99, total: 200, characters: {} };
  // The test's `has_more` is a Python boolean, which headers of real answers are not.
  const headers = { has_more: 'true', next: 'ready_to_go', link: LINK };
  const page = { response: rigAnswer(body, { headers }), size: 1, lastRecord: { id: 1, more_records: true } };
  return expectSame(
    { token: strategy.next(page, undefined) ?? null, size: strategy.pageSize ?? null },
    { token: row['expected_token'], size: row['page_size'] },
  );
}

/** The token after a page of a strategy that counts pages. */
function pageToken(fields: Record<string, unknown>, size: number, row: ParamRow): Verdict {
  const strategy = strategyOf({ type: 'PageIncrement', ...present(fields) }, { value: 2 });
  const page = {
    response: rigAnswer({}),
    size,
    lastRecord: (row['last_record'] ?? undefined) as MutableRecord | undefined,
  };
  const last = (row['last_page_token_value'] ?? undefined) as Json | undefined;
  return expectSame(strategy.next(page, last) ?? null, row['expected_next_page_token']);
}

export const paginatorsJudges: ParamJudges = {
  requesters__paginators__test_cursor_pagination_strategy: {
    test_cursor_pagination_strategy: cursorStrategy,
    test_interpolated_page_size(row) {
      const fields = present({ type: 'CursorPagination', cursor_value: 'token', page_size: row['page_size_input'] });
      const { pageSize } = strategyOf(fields as { type: string }, row['config'] as JsonObject);
      return expectSame(pageSize ?? null, row['expected_page_size']);
    },
  },
  requesters__paginators__test_default_paginator: {
    test_default_paginator_with_cursor: withCursor,
    test_paginator_request_param_interpolation: interpolatedNames,
    test_no_inject_on_first_request_offset_pagination: injectedOnFirst,
  },
  requesters__paginators__test_page_increment: {
    test_page_increment_paginator_strategy_with_extractor(row) {
      // Filters come after the extractor, whose records a page is counted by.
      const extractor = buildDpathExtractor(
        definition({ type: 'DpathExtractor', field_path: ['results'] }),
        rigBuild(),
      );
      const size = [...extractor.extract({ results: row['response_results'] as Json[] })].length;
      return pageToken({ page_size: 2, start_from_page: 1 }, size, row);
    },
    test_page_increment_paginator_strategy: (row) =>
      pageToken(
        { page_size: row['page_size'], start_from_page: row['start_from'] },
        Number(row['last_page_size']),
        row,
      ),
    test_page_increment_paginator_strategy_malformed_page_size: (row) =>
      expectThrow(() =>
        strategyOf({ type: 'PageIncrement', page_size: row['page_size'] }, { value: 'not-an-integer' }),
      ),
    test_page_increment_paginator_strategy_initial_token({ inject_on_first_request, start_from_page, ...row }) {
      const strategy = strategyOf({ type: 'PageIncrement', page_size: 20, start_from_page, inject_on_first_request });
      return expectSame(strategy.first ?? null, row['expected_initial_token']);
    },
  },
};
