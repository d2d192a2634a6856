import { expect, test } from 'vitest';
import { loadManifest } from './load-manifest.ts';

const NO_PORTS = { custom: new Map() };

const TEAS = `
version: 6.44.0
type: DeclarativeSource
check:
  stream_names: [teas]
definitions:
  requester:
    url_base: https://api.tea.example/v1
    authenticator:
      type: BearerAuthenticator
      api_token: "{{ config['token'] }}"
streams:
  - name: teas
    primary_key: id
    $parameters:
      path: /teas
    retriever:
      requester:
        $ref: '#/definitions/requester'
      record_selector:
        extractor:
          field_path: [data]
    schema_loader:
      type: InlineSchemaLoader
      schema: { type: object, properties: { id: { type: string } } }
spec:
  documentation_url: https://docs.tea.example
  connection_specification: { type: object, properties: { token: { type: string } } }
  advanced_auth: { type: AuthFlow, auth_flow_type: oauth2.0 }
`;

const stream = (name: string, more: object = {}, retriever: object = {}): object => ({
  type: 'DeclarativeStream',
  name,
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url: 'https://a.example' },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    ...retriever,
  },
  ...more,
});

const manifestOf = (...streams: readonly object[]) =>
  ({ version: '7.0.0', check: { type: 'CheckStream', stream_names: [] }, streams }) as never;

const childOf = (parent: object, more: object = {}): object => ({
  partition_router: {
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [
      { type: 'ParentStreamConfig', stream: parent, parent_key: 'id', partition_field: 'id', ...more },
    ],
  },
});

test('loads a manifest', () => {
  const loaded = loadManifest(TEAS, NO_PORTS);
  expect(loaded).toMatchObject({
    version: '6.44.0',
    check: { type: 'CheckStream', stream_names: ['teas'] },
    dynamicStreams: [],
    missingPorts: [],
    warnings: [],
    specification: {
      connectionSpecification: { type: 'object' },
      documentationUrl: 'https://docs.tea.example',
      advancedAuth: { auth_flow_type: 'oauth2.0' },
    },
  });
  expect(loaded.streams[0]).toMatchObject({
    type: 'DeclarativeStream',
    name: 'teas',
    retriever: {
      type: 'SimpleRetriever',
      requester: {
        type: 'HttpRequester',
        url: 'https://api.tea.example/v1',
        path: '/teas',
        $parameters: { path: '/teas' },
      },
    },
  });
  expect(loaded.manifest['streams']).toBe(loaded.streams);
});

test('loads an object and the same as JSON alike, with the same hash whatever the order of keys', () => {
  const manifest = manifestOf(stream('a'));
  const turned = JSON.stringify(Object.fromEntries(Object.entries(manifest).toReversed()));
  const [one, other] = [loadManifest(manifest, NO_PORTS), loadManifest(turned, NO_PORTS)];
  expect(one.contentHash).toMatch(/^[0-9a-f]{64}$/);
  expect(other.contentHash).toBe(one.contentHash);
  expect(loadManifest(manifestOf(stream('b')), NO_PORTS).contentHash).not.toBe(one.contentHash);
});

test('names everything that is wrong, and where', () => {
  const broken = TEAS.replace('type: BearerAuthenticator', 'type: BearerAuthenticatr').replace(
    'field_path: [data]',
    'x: 1',
  );
  expect(() => loadManifest(broken.replace('version: 6.44.0', ''), NO_PORTS)).toThrow(
    expect.objectContaining({
      reason: 'configuration',
      message: [
        'The manifest cannot be loaded.',
        '- streams[0].retriever.requester.authenticator: there is no component `BearerAuthenticatr`; did you mean `BearerAuthenticator`?',
        '- streams[0].retriever.record_selector.extractor: needs `field_path`',
        '- the manifest: needs `version`',
      ].join('\n'),
    }),
  );
});

test('wants streams or dynamic streams', () => {
  const manifest = { version: '7.0.0', check: { type: 'CheckStream' } };
  expect(() => loadManifest(manifest, NO_PORTS)).toThrow('needs `streams` or `dynamic_streams`');
  expect(loadManifest({ ...manifest, dynamic_streams: [] }, NO_PORTS).streams).toEqual([]);
});

test('warns of a manifest of a later version and loads it', () => {
  expect(loadManifest(TEAS.replace('6.44.0', '99.0.0'), NO_PORTS).warnings).toEqual([
    expect.stringContaining('99.0.0'),
  ]);
  expect(loadManifest(TEAS.replace('6.44.0', '7.39.2'), NO_PORTS).warnings).toHaveLength(1);
  expect(loadManifest(TEAS.replace('6.44.0', '7.39.1'), NO_PORTS).warnings).toEqual([]);
});

test('warns of a dependency on a parent that does nothing', () => {
  const dependent = childOf(stream('parent'), { incremental_dependency: true });
  const cursor = { type: 'IncrementingCountCursor', cursor_field: 'n' };
  expect(loadManifest(manifestOf(stream('child', {}, dependent)), NO_PORTS).warnings).toEqual([
    expect.stringContaining('`child`'),
  ]);
  expect(loadManifest(manifestOf(stream('child', { incremental_sync: cursor }, dependent)), NO_PORTS).warnings).toEqual(
    [],
  );
});

const custom = (component: string, className: string): object => ({
  type: component,
  class_name: `source_a.components.${className}`,
});

test('names the classes without a port, and the streams that they take down, children of such streams as well', () => {
  const requester = custom('CustomRequester', 'Requester');
  const parent = stream('parent', {}, { requester });
  const child = stream('child', { transformations: [custom('CustomTransformation', 'Ported')] }, childOf(parent));
  const grandchild = stream('grandchild', {}, childOf(child));
  const other = stream('other', { incremental_sync: custom('CustomIncrementalSync', 'Sync') });
  const ported = new Map([['source_a.components.Ported', () => undefined]]);
  const { missingPorts } = loadManifest(manifestOf(parent, child, stream('fine'), grandchild, other), {
    custom: ported,
  });
  expect(missingPorts).toEqual([
    {
      className: 'source_a.components.Requester',
      component: 'CustomRequester',
      streams: ['parent', 'child', 'grandchild'],
    },
    { className: 'source_a.components.Sync', component: 'CustomIncrementalSync', streams: ['other'] },
  ]);
});

test('finds classes in streams of conditions and templates', () => {
  const broken = stream('broken', {}, { requester: custom('CustomRequester', 'Requester') });
  const manifest = {
    version: '7.0.0',
    check: { type: 'CheckStream' },
    streams: [{ type: 'ConditionalStreams', condition: '{{ config.x }}', streams: [stream('fine'), broken] }],
    dynamic_streams: [
      {
        type: 'DynamicDeclarativeStream',
        stream_template: broken,
        components_resolver: {
          type: 'HttpComponentsResolver',
          retriever: custom('CustomRetriever', 'R'),
          components_mapping: [],
        },
      },
    ],
  };
  expect(loadManifest(manifest as never, NO_PORTS).missingPorts).toEqual([
    {
      className: 'source_a.components.Requester',
      component: 'CustomRequester',
      streams: ['broken', 'dynamic_streams[0]'],
    },
    { className: 'source_a.components.R', component: 'CustomRetriever', streams: ['dynamic_streams[0]'] },
  ]);
});

test('refuses a manifest that cannot do without a class outside of its streams', () => {
  const config_normalization_rules = {
    type: 'ConfigNormalizationRules',
    transformations: [custom('CustomConfigTransformation', 'Change')],
  };
  const spec = { type: 'Spec', connection_specification: {}, config_normalization_rules };
  const manifest = { ...(manifestOf(stream('a')) as object), spec } as never;
  expect(() => loadManifest(manifest, NO_PORTS)).toThrow(
    '- spec: needs the Python class `source_a.components.Change` (CustomConfigTransformation), of which there is no port here',
  );
  expect(
    loadManifest(manifest, { custom: new Map([['source_a.components.Change', () => undefined]]) }).missingPorts,
  ).toEqual([]);
});

test('does not take a field of a schema for a class', () => {
  const schema = { type: 'object', properties: { class_name: { type: 'CustomString', class_name: 'x' } } };
  const schema_loader = { type: 'InlineSchemaLoader', schema };
  expect(loadManifest(manifestOf(stream('a', { schema_loader })), NO_PORTS).missingPorts).toEqual([]);
});

test('lets specifications spell their documentation as the protocol does', () => {
  const spec = { type: 'Spec', connection_specification: {}, documentationUrl: 'https://docs.example' };
  const manifest = { ...(manifestOf(stream('a')) as object), spec } as never;
  expect(loadManifest(manifest, NO_PORTS).specification).toEqual({
    connectionSpecification: {},
    documentationUrl: 'https://docs.example',
  });
});
