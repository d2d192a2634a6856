import { createContext } from '../packages/connectors/src/kit/connector-context.ts';
import type { ConnectorContext } from '../packages/connectors/src/kit/context.ts';
import { manifestConnector } from '../packages/connectors/src/manifest/connector/manifest-connector.ts';
import { systemClock } from '../packages/server/src/lib/clock.ts';

/**
 * Reads the paged source by a manifest (`manifest`), by the loop that a person would write with the same client (`loop`), or in turns
 * (`both`), and writes `{"rounds": [{"manifest": seconds, "loop": seconds, "records": N}, …], "peakMb": N}` as its last line.
 */
const [port = '', rounds = '1', way = 'both'] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}/items`;

const manifest = `
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: "{{ config['url'] }}"
        authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
      record_selector:
        type: RecordSelector
        extractor: {type: DpathExtractor, field_path: [items]}
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy:
          type: CursorPagination
          cursor_value: "{{ response['next'] }}"
          stop_condition: "{{ response['next'] is none }}"
    transformations:
      - type: AddFields
        fields:
          - path: [author_name]
            value: "{{ record['author']['login'] }}"
      - type: RemoveFields
        field_pointers: [[author, id]]
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated_at
      datetime_format: "%Y-%m-%dT%H:%M:%SZ"
      start_datetime: {type: MinMaxDatetime, datetime: "2020-01-01T00:00:00Z", datetime_format: "%Y-%m-%dT%H:%M:%SZ"}
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}
spec:
  type: Spec
  connection_specification:
    type: object
    properties: {url: {type: string}, token: {type: string, airbyte_secret: true}}
`;

const connector = manifestConnector({ id: 'bench', manifest });
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const context = () =>
  createContext({
    connector,
    config: connector.config.parse({ url }),
    credentials: connector.auth[0]?.type === 'direct' ? connector.auth[0].fields.parse({ token: 'bench-token' }) : {},
    policy: { allow: 'all' },
    roots: [],
    refused: [],
    clock: systemClock,
    log: silent,
    signal: new AbortController().signal,
  });

interface Item {
  readonly id: number;
  readonly updated_at: string;
  author?: { login?: string; id?: number };
  author_name?: string;
}

/** What a person would write for this source: the same client, pages, fields and cursor. */
async function handWritten({ http }: ConnectorContext): Promise<number> {
  let records = 0;
  let newest = '';
  for (let page: number | null = 1; page !== null;) {
    const answer = await http.request({ url, query: { page }, headers: { authorization: 'Bearer bench-token' } });
    const body = answer.json() as unknown as { readonly items: Item[]; readonly next: number | null };
    for (const item of body.items) {
      item.author_name = item.author?.login ?? '';
      delete item.author?.id;
      if (item.updated_at > newest) newest = item.updated_at;
      records += 1;
    }
    page = body.next;
  }
  return records;
}

async function byManifest(ctx: ConnectorContext): Promise<number> {
  const [stream] = await connector.discover(ctx);
  let records = 0;
  for await (const page of stream?.read(undefined) ?? []) records += page.upserts.length;
  return records;
}

async function timed(read: (ctx: ConnectorContext) => Promise<number>) {
  const ctx = context();
  const startedAt = performance.now();
  const records = await read(ctx);
  const seconds = (performance.now() - startedAt) / 1_000;
  await ctx.close();
  return { records, seconds };
}

const results: object[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const loop = way === 'manifest' ? undefined : await timed(handWritten);
  const interpreted = way === 'loop' ? undefined : await timed(byManifest);
  if (loop && interpreted && loop.records !== interpreted.records)
    throw new Error(`${loop.records} records by hand, ${interpreted.records} by the manifest`);
  const records = loop?.records ?? interpreted?.records;
  results.push({ loop: loop?.seconds, manifest: interpreted?.seconds, records });
}
process.stdout.write(`${JSON.stringify({ rounds: results, peakMb: process.resourceUsage().maxRSS / 1_024 })}\n`);
