import { expect, test } from 'vitest';
import { manifestConnector } from '../manifest/connector/manifest-connector.ts';
import { probeContext } from '../testing/connector-probe.ts';
import type { Exchange } from './exchange.ts';
import { handClock } from './hand-clock.ts';
import { replayingClient } from './replaying-client.ts';

const manifest = `
version: 7.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "https://a.test/{{ stream_partition.part }}"}
      record_selector:
        type: RecordSelector
        extractor: {type: DpathExtractor, field_path: [items]}
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy: {type: PageIncrement, page_size: 1, start_from_page: 1}
      partition_router:
        type: ListPartitionRouter
        cursor_field: part
        values: [a, b, c]
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {}}}
`;

test('a trial ends after its pages and slices as if there were no more', async () => {
  const endless: readonly Exchange[] = ['a', 'b', 'c'].flatMap((part) =>
    ['', '?page=2', '?page=3'].map((page) => ({
      request: { method: 'GET', url: `https://a.test/${part}${page}` },
      response: { status: 200, headers: {}, body: { json: { items: [{ id: `${part}${page}` }] } } },
    })),
  );
  const connector = manifestConnector({ id: 'endless', manifest });
  const player = replayingClient(endless, {
    clock: handClock(0),
    signal: new AbortController().signal,
    secrets: [],
  });
  const ctx = probeContext(connector);
  const options = { ...ctx.options, trial: { pages: 2, slices: 2 } };
  const [stream] = await connector.discover({ ...ctx, http: player, options });
  const pages = await Array.fromAsync(stream!.read(undefined));
  expect(
    pages
      .flatMap(({ upserts }) => upserts.map((row) => JSON.stringify(row['id'])))
      .toSorted((a, b) => (a < b ? -1 : 1)),
  ).toEqual(['"a"', '"a?page=2"', '"b"', '"b?page=2"']);
  await ctx.close();
});
