import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { json, requester, trial } from './testing-bad-input.ts';
import type { Trial } from './testing-bad-input.ts';

/** A stream with a part of most families. */
const bad: JsonObject = {
  name: 'bad',
  primary_key: 'id',
  $parameters: { path: '/bad', size: 2 },
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } },
  incremental_sync: {
    type: 'DatetimeBasedCursor',
    cursor_field: 'at',
    datetime_format: '%Y-%m-%d',
    start_datetime: { type: 'MinMaxDatetime', datetime: '2024-01-01', datetime_format: '%Y-%m-%d' },
    end_datetime: '2024-01-03',
    step: 'P1D',
    cursor_granularity: 'P1D',
    start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
  },
  transformations: [
    { type: 'AddFields', fields: [{ type: 'AddedFieldDefinition', path: ['made'], value: "{{ record['id'] }}" }] },
    { type: 'RemoveFields', field_pointers: [['gone']] },
  ],
  retriever: {
    type: 'SimpleRetriever',
    requester: requester("{{ parameters['path'] }}", {
      http_method: 'GET',
      request_parameters: { size: "{{ parameters['size'] }}" },
      request_headers: { 'x-a': 'b' },
      error_handler: {
        type: 'DefaultErrorHandler',
        max_retries: 1,
        backoff_strategies: [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 1 }],
        response_filters: [{ type: 'HttpResponseFilter', http_codes: [404], action: 'IGNORE' }],
      },
    }),
    record_selector: {
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', field_path: ['d'] },
      record_filter: { type: 'RecordFilter', condition: "{{ record['id'] > 0 }}" },
      schema_normalization: 'Default',
    },
    paginator: {
      type: 'DefaultPaginator',
      page_size_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'limit' },
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
      pagination_strategy: { type: 'PageIncrement', page_size: 2 },
    },
    partition_router: { type: 'ListPartitionRouter', values: ['a', 'b'], cursor_field: 'p' },
  },
};

/** Every place of a value, as the way there. */
function* placesOf(value: Json, way: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (way.length > 0) yield way;
  if (Array.isArray(value))
    for (const [index, item] of (value as readonly Json[]).entries()) yield* placesOf(item, [...way, index]);
  else if (isJsonObject(value))
    for (const [name, item] of Object.entries(value)) if (item !== undefined) yield* placesOf(item, [...way, name]);
}

function replaced(value: Json, [first, ...rest]: readonly (string | number)[], by: Json): Json {
  if (first === undefined) return by;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, at) => (at === first ? replaced(item, rest, by) : item));
  const object = value as JsonObject;
  return { ...object, [first]: replaced(object[first] ?? null, rest, by) };
}

const names = [
  'type',
  '$parameters',
  '$ref',
  'name',
  'parameters',
  'config',
  '__proto__x',
  'constructor',
  'toString',
  'a b',
  '',
];
const plain = fc.constantFrom<Json>(
  null,
  true,
  false,
  0,
  -1,
  1e300,
  0.5,
  '',
  ' ',
  'x',
  '{{',
  '{{ nope }}',
  '{{ 1 / 0 }}',
  "{{ config['origin'] }}",
  '{% for %}',
  'P1D',
  '#/streams/0',
  '#/nope',
  '#/',
  '*',
  'GET',
  'AddFields',
  '\0',
  '\uD800',
);
const odd = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: fc.array(plain, { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.dictionary(fc.constantFrom(...names), plain, { maxKeys: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(
      { type: 'AddFields', fields: [] },
      { $parameters: { type: 'X' } },
      { $ref: '#/streams/1/name' },
      { $ref: '#/spec' },
      [[[]]],
    ),
  },
);

/** What is wrong with how a trial ended, in words; nothing when all is as it should be. */
function complaints({ outcomes, broken, logs }: Trial): readonly string[] {
  const errors = [...broken.map(({ error }) => error), ...[...outcomes.values()].map(({ error }) => error)];
  const found = errors.filter((error) => error !== undefined).flatMap((error) => complaintsAbout(error));
  for (const name of ['first', 'last'])
    if (outcomes.get(name)?.records.length !== 2) found.push(`${name} was not read`);
  if (logs.some((line) => HOST_WORDS.test(line))) found.push('the log shows words of the host');
  return found;
}

const HOST_WORDS =
  /is not a function|Cannot read prop|call stack|SyntaxError|RangeError|TypeError|Unexpected token|\[object Object\]/;

function complaintsAbout(error: unknown): string[] {
  if (!(error instanceof ConnectorError))
    return [`${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  return [
    ...(HOST_WORDS.test(error.message) ? [`words of the host: ${error.message}`] : []),
    ...(error.message.includes('cannot be built from its definition')
      ? [`nobody foresaw: ${String((error.cause as Error).stack)}`]
      : []),
    ...(error.message.length > 3_000 ? ['too many words'] : []),
  ];
}

test('a manifest with something odd anywhere in a stream is refused, or that stream alone is, in planned words', async () => {
  const places = [
    ...placesOf(bad),
    ['$parameters', 'type'],
    ['retriever', '$parameters'],
    ['retriever', 'requester', '$parameters'],
    ['transformations', 0, '$parameters'],
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), odd, async (place, value) => {
      const given = replaced(bad, place, value) as JsonObject;
      try {
        const result = await trial(given, {
          answer: (_request, response) => json(response, { d: [{ id: 3, at: '2024-01-02' }] }),
        });
        expect(complaints(result)).toEqual([]);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        expect(complaintsAbout(error)).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
