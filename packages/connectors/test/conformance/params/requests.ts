import type { Json, JsonObject } from '../../../src/kit/json.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { RequestParts, RequestPlace } from '../../../src/manifest/model/request.ts';
import type { StreamSlice } from '../../../src/manifest/model/slice.ts';
import { concurrencyLevel } from '../../../src/manifest/requests/concurrency-level.ts';
import { joinUrl } from '../../../src/manifest/requests/join-url.ts';
import { ownParts } from '../../../src/manifest/requests/own-parts.ts';
import { requestOption } from '../../../src/manifest/requests/request-option.ts';
import { baseUrl, requestUrl } from '../../../src/manifest/requests/request-url.ts';
import { placeOf, testingBuild } from '../../../src/manifest/requests/testing-build.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { enumMember, isStub } from './param-table.ts';
import type { ParamJudge, ParamJudges, ParamRow } from './param-table.ts';
import { sentRequest } from './sent-request.ts';

/** Where the CDK's own tests of request options stand; their rows do not say it. */
const PLACE: RequestPlace = {
  slice: { partition: {}, cursorSlice: { start_date: '2020-01-01', end_date: '2020-01-02' }, extraFields: {} },
  token: { offset: 12345, page: 27 } as never,
};
const CONFIG = { option: 'OPTION' };

const given = (value: unknown): Json => value as Json;
const object = (value: unknown): JsonObject => (value ?? {}) as JsonObject;

const partsOf = (definition: JsonObject, config: JsonObject = CONFIG, place: RequestPlace = PLACE): RequestParts =>
  ownParts({ type: 'HttpRequester', ...definition }, testingBuild({ config })).parts(place);

/** A `RequestBody…` object as the manifest would write it. */
function plainBody(value: unknown): Json {
  if (!isStub(value)) return given(value);
  return Object.fromEntries(Object.entries(value.kwargs).map(([name, inner]) => [name, plainBody(inner)]));
}

const bodyFields = (parts: RequestParts): unknown => parts.bodyData ?? {};

const options: Readonly<Record<string, ParamJudge>> = {
  test_interpolated_request_params: (row) =>
    expectSame(
      partsOf({ request_parameters: given(row['input_request_params']) }).params,
      row['expected_request_params'],
    ),
  test_interpolated_request_json: (row) =>
    expectSame(partsOf({ request_body_json: given(row['input_request_json']) }).bodyJson, row['expected_request_json']),
  test_interpolated_request_json_using_request_body: (row) =>
    expectSame(partsOf({ request_body: plainBody(row['input_request_json']) }).bodyJson, row['expected_request_json']),
  test_interpolated_request_data: (row) =>
    expectSame(
      bodyFields(partsOf({ request_body_data: given(row['input_request_data']) })),
      row['expected_request_data'],
    ),
  test_interpolated_request_data_using_request_body: (row) =>
    expectSame(
      bodyFields(partsOf({ request_body: plainBody(row['input_request_data']) })),
      row['expected_request_data'],
    ),
  test_property_error_on_invalid_stream_slice: (row) => {
    const slice = sliceOf(row['incoming_stream_slice']);
    const definition = {
      request_parameters: { predicate: "{{ config['option'] }}", properties: { type: 'QueryProperties' } },
    };
    const params = (): unknown => partsOf(definition, CONFIG, { slice }).params;
    return row['expected_error'] ? expectThrow(params) : expectSame(params(), row['expected_query_params']);
  },
};

function sliceOf(value: unknown): StreamSlice {
  if (!isStub(value)) return placeOf().slice;
  const { partition, cursor_slice: cursorSlice, extra_fields: extraFields } = value.kwargs;
  return { partition: object(partition), cursorSlice: object(cursorSlice), extraFields: object(extraFields) };
}

const AREAS = { request_parameter: 'params', header: 'headers', body_data: 'bodyData', body_json: 'bodyJson' } as const;

function judgeOption(row: ParamRow): Verdict {
  const place = (enumMember(row['option_type']) ?? '').split('.').at(-1) as keyof typeof AREAS;
  const definition = {
    type: 'RequestOption',
    inject_into: place,
    field_name: given(row['field_name']),
    $parameters: { cursor_field: 'updated_at' },
  };
  const parts = requestOption(definition as Component, testingBuild({ config: { cursor_field: 'created_at' } })).add(
    {},
    1,
  );
  return expectSame(parts, { [AREAS[place]]: { [String(row['expected_field_name'])]: 1 } });
}

/** The parts of the requester, of the components around it and of its authenticator, by their field in the row. */
async function judgeSent(
  row: ParamRow,
  fields: Readonly<Record<string, { readonly own: string; readonly part: keyof RequestParts }>>,
  compare: (row: ParamRow, sent: Awaited<ReturnType<typeof sentRequest>>) => Verdict,
): Promise<Verdict> {
  const pick = (who: string): RequestParts =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([suffix, { part }]) =>
        row[`${who}_${suffix}`] ? [[part, row[`${who}_${suffix}`]]] : [],
      ),
    ) as RequestParts;
  const own = Object.entries(fields).map(([suffix, { own: name }]) => [name, given(row[`provider_${suffix}`] ?? {})]);
  const send = () =>
    sentRequest({
      definition: { http_method: 'POST', ...(Object.fromEntries(own) as JsonObject) },
      more: [pick('param')],
      authenticator: { authenticate: () => Promise.resolve({ parts: pick('authenticator') }) },
    });
  return row['expected_exception'] ? expectThrow(send) : compare(row, await send());
}

const DATA = { own: 'request_body_data', part: 'bodyData' } as const;
const JSON_BODY = { own: 'request_body_json', part: 'bodyJson' } as const;

function compareBody(
  row: ParamRow,
  { body, headers }: { body: unknown; headers: Readonly<Record<string, unknown>> },
): Verdict {
  const expected = String(row['expected_body']);
  if (headers['content-type'] !== 'application/json') return expectSame(body, expected);
  if (!expected.startsWith('{'))
    return notApplicable('the test expects a form where the CDK itself sends JSON; it compares nothing');
  return expectSame(JSON.parse(String(body)), JSON.parse(expected));
}

const requester: Readonly<Record<string, ParamJudge>> = {
  test_base_url_has_a_trailing_slash: (row) =>
    expectSame(
      baseUrl({ type: 'HttpRequester', url_base: String(row['base_url']) }, testingBuild()),
      row['expected_base_url'],
    ),
  test_path: (row) => expectSame(pathOf(String(row['path'])).slice(1), row['expected_path']),
  test_send_request_data_json: (row) => judgeSent(row, { data: DATA, json: JSON_BODY }, compareBody),
  test_send_request_string_data: (row) => judgeSent(row, { data: DATA }, compareBody),
  test_send_request_headers: (row) =>
    judgeSent(row, { headers: { own: 'request_headers', part: 'headers' } }, (_row, { headers }) => {
      const expected = object(row['expected_headers']);
      return expectSame(Object.fromEntries(Object.keys(expected).map((name) => [name, headers[name]])), expected);
    }),
  test_send_request_params: (row) =>
    judgeSent(row, { params: { own: 'request_parameters', part: 'params' } }, (_row, { url }) =>
      expectSame(Object.fromEntries(url.searchParams), row['expected_params']),
    ),
  test_request_param_interpolation: async (row) => {
    const definition = { request_parameters: given(row['request_parameters']) };
    const { url } = await sentRequest({ definition, config: object(row['config']) });
    return expectSame(url.search.slice(1), row['expected_query_params']);
  },
  test_request_param_interpolation_with_incorrect_values: (row) => {
    const definition = { request_parameters: given(row['request_parameters']) };
    const named = new RegExp(`"${String(row['invalid_value_for_key'])}"`);
    return expectThrow(() => sentRequest({ definition, config: object(row['config']) }), named);
  },
  test_request_body_interpolation: async (row) => {
    const definition = { http_method: 'POST', request_body_data: given(row['request_body_data']) };
    const { body } = await sentRequest({ definition, config: object(row['config']) });
    return expectSame(body, row['expected_request_body_data']);
  },
  test_send_request_path: async (row) => {
    const { url } = await sentRequest({
      definition: { path: given(row['requester_path']), $parameters: { param_key: 'param_value' } },
      config: { config_key: 'config_value' },
      place: placeOf({ start: '2012' }, 'pagetoken'),
      more: typeof row['param_path'] === 'string' ? [{ path: row['param_path'] }] : [],
    });
    return expectSame(url.pathname, row['expected_path']);
  },
  test_join_url: (row) => expectSame(joinUrl(String(row['base_url']), String(row['path'])), row['expected_full_url']),
};

const pathOf = (path: string): string =>
  requestUrl({ type: 'HttpRequester', url_base: 'https://api.example.com', path }, testingBuild())(placeOf(), undefined)
    .pathname;

function judgeConcurrency(row: ParamRow, level: JsonObject, config: JsonObject): Verdict | Promise<Verdict> {
  const count = (): number => concurrencyLevel({ type: 'ConcurrencyLevel', ...level }, config);
  return row['expected_error'] ? expectThrow(count) : expectSame(count(), row['expected_concurrency']);
}

/** Tables about requests: what is put together, and where it goes. */
export const requestsJudges: ParamJudges = {
  requesters__request_options__test_interpolated_request_options_provider: options,
  requesters__test_interpolated_request_input_provider: {
    test_initialize_interpolated_mapping_request_input_provider: (row) => {
      const definition = {
        request_body_data: given(row['input_request_data']),
        $parameters: { read_from_parameters: 'value_of_parameters' },
      };
      const parts = partsOf(definition, { config_key: 'value_of_config' }, placeOf({ slice_key: 'slice_value' }));
      return expectSame(bodyFields(parts), row['expected_request_data']);
    },
  },
  requesters__paginators__test_request_option: { test_request_option: judgeOption },
  requesters__test_http_requester: requester,
  concurrency_level__test_concurrency_level: {
    test_stream_slices: (row) => {
      const { default_concurrency, max_concurrency } = object(row);
      return judgeConcurrency(row, { default_concurrency, max_concurrency }, { num_workers: 50 });
    },
    test_default_concurrency_input_types_and_errors: (row) =>
      judgeConcurrency(
        row,
        { default_concurrency: "{{ config['num_workers'] or 30 }}", max_concurrency: 65 },
        object(row['config']),
      ),
  },
};
