import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import { handClock } from '../../testing/connector-probe.ts';
import { testingBuild } from '../dynamic-streams/testing-build.ts';
import type { Build } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { buildRetriever } from '../retrievers/build-retriever.ts';

const rig = { current: new HttpRig() };
beforeEach(() => (rig.current = new HttpRig()));
afterEach(() => rig.current.close());

const CONTACTS = Array.from({ length: 5 }, (_, index) => ({
  id: index,
  a: `a${index}`,
  b: `b${index}`,
  c: `c${index}`,
}));

/** A source that gives two contacts a page, with the properties that are asked for, and tells which there are. */
async function contacts(): Promise<{ readonly origin: string; readonly calls: string[] }> {
  const calls: string[] = [];
  const { origin } = await rig.current.serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://source.test');
    calls.push(`${url.pathname}${decodeURIComponent(url.search)}`);
    response.setHeader('content-type', 'application/json');
    if (url.pathname === '/properties') {
      response.end('[{"name":"a"},{"name":"b"},{"name":"c"}]');
      return;
    }
    const names = ['id', ...(url.searchParams.get('properties') ?? '').split(',')];
    const offset = Number(url.searchParams.get('offset') ?? 0);
    const page = CONTACTS.slice(offset, offset + 2).map((contact) =>
      Object.fromEntries(Object.entries(contact).filter(([name]) => names.includes(name))),
    );
    response.end(JSON.stringify(page));
  });
  return { origin, calls };
}

const selector = {
  type: 'RecordSelector',
  extractor: { type: 'DpathExtractor', field_path: [] },
};

const properties = (origin: string): JsonObject => ({
  type: 'QueryProperties',
  property_list: {
    type: 'PropertiesFromEndpoint',
    property_field_path: ['name'],
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: origin, path: '/properties' },
      record_selector: selector,
    },
  },
  property_chunking: { type: 'PropertyChunking', property_limit_type: 'property_count', property_limit: 2 },
});

async function read(origin: string, requester: JsonObject, more: JsonObject = {}): Promise<MutableRecord[]> {
  const clock = handClock();
  const plain = testingBuild();
  const build: Build = {
    ...plain,
    ctx: { ...plain.ctx, clock, http: rig.current.client({ clock }), options: { fullRefresh: false } },
    retriever: (definition, stream) => buildRetriever(definition, build, stream),
  };
  const definition = {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url: origin, path: '/contacts', ...requester },
    record_selector: selector,
    paginator: {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'offset' },
      pagination_strategy: { type: 'OffsetIncrement', page_size: 2 },
    },
    ...more,
  };
  const retriever = build.retriever(definition, {
    name: 'contacts',
    primaryKey: [],
    schema: () => Promise.resolve({}),
  });
  return (await Array.fromAsync(retriever.read(EMPTY_SLICE, { providers: [] }))).flat();
}

describe('a retriever with query properties', () => {
  test.each<[string, (origin: string) => JsonObject]>([
    ['among the request parameters', (origin) => ({ request_parameters: { properties: properties(origin) } })],
    [
      'of the requester, for its templates',
      (origin) => ({
        query_properties: properties(origin),
        request_parameters: { properties: "{{ stream_partition.extra_fields['query_properties'] | join(',') }}" },
      }),
    ],
    [
      'of the requester, by their own name',
      (origin) => ({
        query_properties: properties(origin),
        request_parameters: { properties: "{{ ','.join(query_properties) }}" },
      }),
    ],
  ])('%s asks for all of them in turn, page by page, and puts the records together', async (_, requester) => {
    const { origin, calls } = await contacts();
    expect(await read(origin, requester(origin))).toEqual(CONTACTS);
    expect(calls).toEqual([
      '/properties',
      ...['', '&offset=2', '&offset=4'].flatMap((page) => [
        `/contacts?properties=a,b${page}`,
        `/contacts?properties=c${page}`,
      ]),
    ]);
  });

  test('counts the records of a page once, also when they come in pieces', async () => {
    const { origin } = await rig.current.serve((request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://source.test').searchParams.get('offset') ?? 0);
      const ids = Array.from({ length: offset < 1200 ? 600 : 0 }, (_, index) => offset + index);
      response.end(ids.map((id) => `{"id":${id}}\n`).join(''));
    });
    const records = await read(
      origin,
      { query_properties: { ...properties(origin), property_list: ['a', 'b', 'c'] } },
      {
        decoder: { type: 'JsonlDecoder' },
        paginator: {
          type: 'DefaultPaginator',
          page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'offset' },
          pagination_strategy: { type: 'OffsetIncrement', page_size: 600 },
        },
      },
    );
    expect(records).toHaveLength(1200);
  });
});
