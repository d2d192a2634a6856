import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpRig } from '../../kit/http-rig.ts';
import type { OwnedContext } from '../../kit/connector-context.ts';
import { probeContext, readPages } from '../../testing/connector-probe.ts';
import { manifestConnector } from '../connector/manifest-connector.ts';

/** A source whose tables and fields are told by itself, and whose rows come from jobs: two bases with two tables each. */
const MANIFEST = `
version: 6.44.0
type: DeclarativeSource
max_concurrent_async_job_count: 2
check: { type: CheckDynamicStream, stream_count: 1 }
definitions:
  requester: { type: HttpRequester, url_base: "{{ config['url'] }}", http_method: GET }
  bases:
    type: DeclarativeStream
    name: bases
    retriever:
      type: SimpleRetriever
      requester: { $ref: "#/definitions/requester", path: /bases }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: placeholder
      primary_key: [id]
      schema_loader:
        type: DynamicSchemaLoader
        retriever:
          type: SimpleRetriever
          requester: { $ref: "#/definitions/requester", path: placeholder }
          record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
        schema_type_identifier:
          schema_pointer: [fields]
          key_pointer: [name]
          type_pointer: [type]
          types_mapping: [{ current_type: autoNumber, target_type: integer }]
      retriever:
        type: AsyncRetriever
        $parameters: { table: placeholder }
        partition_router: { type: ListPartitionRouter, cursor_field: region, values: [eu, us] }
        status_mapping: { running: [busy], completed: [done], failed: [failed], timeout: [late] }
        status_extractor: { type: DpathExtractor, field_path: [status] }
        download_target_extractor: { type: DpathExtractor, field_path: [file] }
        creation_requester:
          type: HttpRequester
          url_base: "{{ config['url'] }}"
          path: /jobs
          http_method: POST
          request_body_json: { table: "{{ parameters['table'] }}", region: "{{ stream_partition['region'] }}" }
        polling_requester: { $ref: "#/definitions/requester", path: "/jobs/{{ creation_response['id'] }}" }
        download_requester: { type: HttpRequester, url_base: "{{ download_target }}" }
        download_decoder: { type: JsonlDecoder }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
      transformations:
        - type: AddFields
          fields: [{ path: [region], value: "{{ stream_slice['region'] }}" }]
    components_resolver:
      type: HttpComponentsResolver
      retriever:
        type: SimpleRetriever
        requester: { $ref: "#/definitions/requester", path: "/bases/{{ stream_partition['base'] }}/tables" }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
        partition_router:
          type: SubstreamPartitionRouter
          parent_stream_configs:
            - { type: ParentStreamConfig, parent_key: id, partition_field: base, stream: { $ref: "#/definitions/bases" } }
      components_mapping:
        - { field_path: [name], value: "{{ stream_slice['base'] }}/{{ components_values['name'] }}" }
        - { field_path: [retriever, $parameters, table], value: "{{ components_values['id'] }}" }
        - field_path: [schema_loader, retriever, requester, path]
          value: "/tables/{{ components_values['id'] }}"
spec:
  type: Spec
  connection_specification: { type: object, required: [url], properties: { url: { type: string } } }
`;

const rig = { current: new HttpRig() };
const opened: OwnedContext[] = [];
beforeEach(() => (rig.current = new HttpRig()));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ctx) => ctx.close()));
  await rig.current.close();
});

async function source(): Promise<{ readonly origin: string; readonly calls: string[] }> {
  const calls: string[] = [];
  const jobs: { readonly table: string; readonly region: string }[] = [];
  const polls = new Map<string, number>();
  const server = await rig.current.serve((request, response) => {
    const path = request.url ?? '';
    calls.push(`${request.method} ${path}`);
    const say = (body: unknown): void => {
      response.setHeader('content-type', 'application/json');
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const [, kind, id = '', within] = path.split('/');
    if (kind === 'bases' && !within) say([{ id: 'b1' }, { id: 'b2' }]);
    else if (kind === 'bases') say(['x', 'y'].map((name) => ({ id: `${id}${name}`, name })));
    else if (kind === 'tables')
      say({
        fields: [
          { name: 'id', type: 'autoNumber' },
          { name: id, type: 'string' },
        ],
      });
    else if (kind === 'files') say(`{"id":1,"of":"${id}"}\n{"id":2,"of":"${id}"}\n`);
    else if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        jobs.push(JSON.parse(Buffer.concat(chunks).toString()) as { table: string; region: string });
        say({ id: jobs.length });
      });
    } else {
      const { table, region } = jobs[Number(id) - 1] ?? { table: '', region: '' };
      const polled = polls.get(id) ?? 0;
      polls.set(id, polled + 1);
      say({ status: polled === 0 ? 'busy' : 'done', file: `${server.origin}/files/${table}-${region}` });
    }
  });
  return { origin: server.origin, calls };
}

describe('the tables of a source', () => {
  test('are its streams, with schemas that it tells and rows that its jobs make', async () => {
    const connector = manifestConnector({ id: 'tables', manifest: MANIFEST });
    const { origin, calls } = await source();
    const ctx = probeContext(connector, { config: { url: origin } });
    opened.push(ctx);
    const streams = await connector.discover(ctx);
    expect(streams.map(({ name }) => name)).toEqual(['b1/x', 'b1/y', 'b2/x', 'b2/y']);
    expect(streams[3]?.jsonSchema).toMatchObject({
      properties: { id: { type: ['null', 'integer'] }, b2y: { type: ['null', 'string'] } },
    });
    const last = streams.at(-1);
    const rows = last ? (await readPages(last)).flatMap(({ upserts }) => upserts) : [];
    expect(rows).toHaveLength(4);
    expect(rows).toEqual(
      expect.arrayContaining(
        ['eu', 'us'].flatMap((region) => [1, 2].map((id) => ({ id, of: `b2y-${region}`, region }))),
      ),
    );
    expect(calls.filter((call) => call === 'GET /bases/b1/tables')).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(2);
  });

  test('are checked by asking for one of them', async () => {
    const connector = manifestConnector({ id: 'tables', manifest: MANIFEST });
    const { origin, calls } = await source();
    const ctx = probeContext(connector, { config: { url: origin } });
    opened.push(ctx);
    await expect(connector.check(ctx)).resolves.toBeDefined();
    const files = calls.filter((call) => call.includes('/files/'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((call) => !call.includes('/files/b1x-'))).toEqual([]);
  });
});
