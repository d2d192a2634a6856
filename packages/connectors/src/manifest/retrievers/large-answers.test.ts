import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { testingBuild } from '../requests/testing-build.ts';
import { buildSimpleRetriever } from './build-simple-retriever.ts';

let rig: HttpRig;
beforeEach(() => (rig = new HttpRig()));
afterEach(() => rig.close());

const note = 'The lighthouse keeper writes down what passes. '.repeat(20);
const rows = (from: number, count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({ id: from + at, note, inner: { tags: ['a]', '"b'] } }));
/** Some three megabytes: more than is taken as a whole. */
const MANY = 3_000;

const byNext = { type: 'CursorPagination', cursor_value: '{{ response.meta.next }}' };

async function* readAll(
  answer: (page: number, response: ServerResponse) => void,
  parts: { readonly strategy?: JsonObject; readonly selector?: JsonObject; readonly requester?: JsonObject } = {},
): AsyncGenerator<readonly MutableRecord[]> {
  const { origin } = await rig.serve((request, response) => {
    answer(Number(new URL(request.url ?? '', 'http://source').searchParams.get('page') ?? '1'), response);
  });
  const retriever = buildSimpleRetriever(
    {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: origin, ...parts.requester },
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ['data', 'rows'] },
        ...parts.selector,
      },
      paginator: {
        type: 'DefaultPaginator',
        page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
        pagination_strategy: parts.strategy ?? byNext,
      },
    },
    testingBuild({ rig }),
    { name: 'items', primaryKey: [['id']], schema: () => Promise.resolve({}) },
  );
  yield* retriever.read(EMPTY_SLICE, { providers: [] });
}

const pageOf = (page: number, last = 2): JsonObject => ({
  data: { rows: rows(page * MANY, MANY), more: page < last },
  meta: { next: page < last ? page + 1 : null },
});

const idsOf = async (pieces: AsyncIterable<readonly MutableRecord[]>): Promise<unknown[]> =>
  (await Array.fromAsync(pieces)).flat().map(({ id }) => id);

const ALL = rows(MANY, 2 * MANY).map(({ id }) => id);

test('the records of a large answer are given before its end, and its other fields lead to the next page', async () => {
  let finish = (): void => undefined;
  const pieces = readAll((page, response) => {
    const text = JSON.stringify(pageOf(page));
    if (page > 1) return void response.end(text);
    response.write(text.slice(0, -1_000));
    finish = () => void response.end(text.slice(-1_000));
  });
  const first = await pieces.next();
  expect(first.value).toHaveLength(500);
  finish();
  expect([...(first.value as readonly MutableRecord[]).map(({ id }) => id), ...(await idsOf(pieces))]).toEqual(ALL);
});

test.each<[string, Parameters<typeof readAll>[1]]>([
  [
    'pagination looks at the list',
    { strategy: { ...byNext, stop_condition: '{{ response.data.rows | length == 0 }}' } },
  ],
  [
    'errors are told by the body',
    {
      requester: {
        error_handler: {
          type: 'DefaultErrorHandler',
          response_filters: [{ type: 'HttpResponseFilter', predicate: "{{ 'error' in response }}", action: 'FAIL' }],
        },
      },
    },
  ],
  ['nobody looks', {}],
  ['pages are counted', { strategy: { type: 'PageIncrement', page_size: MANY, start_from_page: 1 } }],
])('the records are the same when %s', async (_when, parts) => {
  const counted = (page: number, response: ServerResponse): void =>
    void response.end(JSON.stringify(page > 2 ? { data: { rows: [] }, meta: {} } : pageOf(page)));
  expect(await idsOf(readAll(counted, parts))).toEqual(ALL);
});

test('records are filtered and counted as in a small answer', async () => {
  const strategy = {
    ...byNext,
    stop_condition: `{{ last_page_size != ${MANY} or last_record.id != ${2 * MANY - 1} }}`,
  };
  const selector = { record_filter: { type: 'RecordFilter', condition: '{{ record.id % 2 == 1 }}' } };
  const ids = await idsOf(
    readAll((page, response) => void response.end(JSON.stringify(pageOf(page))), { strategy, selector }),
  );
  expect(ids).toEqual(ALL.filter((id) => Number(id) % 2 === 1));
});

test('a large answer that is cut off fails, whatever it gave before', async () => {
  const text = JSON.stringify(pageOf(1)).slice(0, -1_000);
  await expect(idsOf(readAll((_page, response) => void response.end(text)))).rejects.toMatchObject({
    reason: 'invalid_answer',
    message: expect.stringMatching(/^Stream "items": .*cut off/),
  });
});

test('a source that gives the same large page for ever is left', async () => {
  const text = JSON.stringify({ ...pageOf(1), meta: { next: 1 } });
  await expect(idsOf(readAll((_page, response) => void response.end(text)))).rejects.toThrow(/would never end/);
});
