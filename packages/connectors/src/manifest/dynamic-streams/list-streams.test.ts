import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream } from '../model/stream.ts';
import { listStreams } from './list-streams.ts';
import type { ListedStreams } from './list-streams.ts';
import { retrieverOf, testingBuild } from './testing-build.ts';

const named = (name: string, more: JsonObject = {}): JsonObject => ({ type: 'DeclarativeStream', name, ...more });

const template = (requester: JsonObject = {}): JsonObject => ({
  type: 'DeclarativeStream',
  name: '',
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: 'https://source.test', path: '/', ...requester },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  },
});

const mapping = (path: string, value: string, more: JsonObject = {}): JsonObject => ({
  type: 'ComponentMappingDefinition',
  field_path: path.split('.'),
  value,
  ...more,
});

const toName = mapping('name', "{{ components_values['name'] }}");
const toPath = mapping('retriever.requester.path', "/items/{{ components_values['id'] }}");

const dynamic = (resolver: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'DynamicDeclarativeStream',
  stream_template: template(),
  components_resolver: { components_mapping: [toName, toPath], ...resolver },
  ...more,
});

const fromConfig = (pointer: string, more: JsonObject = {}): JsonObject => ({
  type: 'ConfigComponentsResolver',
  stream_config: { type: 'StreamConfig', configs_pointer: [pointer], ...more },
});

interface Listed extends ListedStreams {
  readonly definitions: ReadonlyMap<string, Component>;
}

/** Lists the streams, and keeps the definitions that they are built from. */
async function list(manifest: JsonObject, given: Partial<Build> = {}): Promise<Listed> {
  const definitions = new Map<string, Component>();
  const plain = testingBuild(given);
  const build: Build = {
    ...plain,
    stream(definition): ManifestStream {
      definitions.set(definition['name'] as string, definition);
      return plain.stream(definition);
    },
  };
  const listed = await listStreams({ type: 'DeclarativeSource', ...manifest }, build);
  return { streams: listed.streams, broken: listed.broken, dynamic: listed.dynamic, definitions };
}

const names = ({ streams }: ListedStreams): string[] => streams.map(({ name }) => name);
const requesterOf = (listed: Listed, name: string): JsonObject =>
  (listed.definitions.get(name) as unknown as { retriever: { requester: JsonObject } }).retriever.requester;

describe('static streams', () => {
  test('come in their order, and conditional ones when their condition holds', async () => {
    const conditional = (condition: string, name: string): JsonObject => ({
      type: 'ConditionalStreams',
      condition,
      streams: [named(name)],
    });
    const streams = [
      named('a'),
      conditional("{{ config['all'] }}", 'b'),
      conditional("{{ not config['all'] }}", 'c'),
      named('d'),
    ];
    expect(names(await list({ streams }, { config: { all: true } }))).toEqual(['a', 'b', 'd']);
    expect(names(await list({ streams }, { config: { all: false } }))).toEqual(['a', 'c', 'd']);
  });

  test('that cannot be built are named with their error, and the others are kept', async () => {
    const listed = await list({ streams: [named('a'), named('b', { broken: true }), named('c')] });
    expect(names(listed)).toEqual(['a', 'c']);
    expect(listed.broken).toMatchObject([{ name: 'b', error: { reason: 'configuration', message: /no port/ } }]);
  });

  test('are named with an error also when building fails in a way that nobody foresaw', async () => {
    const listed = await list({ streams: [named('a')] }, { stream: () => JSON.parse('{') as ManifestStream });
    expect(listed.broken).toMatchObject([
      { name: 'a', error: { message: 'The stream "a" cannot be built from its definition.' } },
    ]);
    expect(listed.broken[0]?.error).toBeInstanceOf(ConnectorError);
  });

  test('with the name of one before are told of', async () => {
    const listed = await list({ streams: [named('a'), named('a')] });
    expect(names(listed)).toEqual(['a']);
    expect(listed.broken[0]?.error.message).toContain('two streams with the name "a"');
  });
});

describe('dynamic streams', () => {
  test('come from lists of the configuration, with default values behind', async () => {
    const config = {
      tables: [
        { id: 1, name: 'one' },
        { id: 2, name: 'two' },
      ],
    };
    const resolver = fromConfig('tables', { default_values: [{ id: 0, name: 'zero' }] });
    const listed = await list(
      { streams: [named('static')], dynamic_streams: [dynamic(resolver, { name: 'Tables' })] },
      { config },
    );
    expect(names(listed)).toEqual(['static', 'one', 'two', 'zero']);
    expect(listed.dynamic).toEqual(new Map([['Tables', ['one', 'two', 'zero']]]));
    expect(requesterOf(listed, 'two')).toMatchObject({ url: 'https://source.test', path: '/items/2' });
  });

  test('are made for every combination of several lists, and of elements that are no mappings', async () => {
    const config = { regions: ['eu', 'us'], tables: [{ name: 'a' }, { name: 'b' }] };
    const resolver: JsonObject = {
      type: 'ConfigComponentsResolver',
      stream_config: ['regions', 'tables'].map((pointer) => ({ type: 'StreamConfig', configs_pointer: [pointer] })),
      components_mapping: [
        mapping('name', "{{ components_values['source_config_0'][1] }}_{{ components_values['name'] }}"),
      ],
    };
    expect(names(await list({ dynamic_streams: [dynamic(resolver)] }, { config }))).toEqual([
      'eu_a',
      'eu_b',
      'us_a',
      'us_b',
    ]);
  });

  test('come from parameters of the manifest', async () => {
    const resolver = {
      type: 'ParametrizedComponentsResolver',
      stream_parameters: {
        type: 'StreamParametersDefinition',
        list_of_parameters_for_stream: [
          { id: 1, name: 'x' },
          { id: 2, name: 'y' },
        ],
      },
    };
    expect(names(await list({ dynamic_streams: [dynamic(resolver)] }))).toEqual(['x', 'y']);
  });

  test('come from records of the source, which is asked with a cache', async () => {
    const asked: Component[] = [];
    const resolver = { type: 'HttpComponentsResolver', retriever: template()['retriever'] as JsonObject };
    const listed = await list(
      { dynamic_streams: [dynamic(resolver)] },
      {
        retriever: (definition) => {
          asked.push(definition);
          return retrieverOf([
            { id: 1, name: 'one' },
            { id: 2, name: 'two' },
            { id: 3, name: 'three' },
          ]);
        },
      },
    );
    expect(names(listed)).toEqual(['one', 'two', 'three']);
    expect(asked).toMatchObject([{ requester: { use_cache: true, url: 'https://source.test' } }]);
  });

  test('with the same name are an error, since neither can be told from the other', async () => {
    const config = {
      tables: [
        { id: 1, name: 'one' },
        { id: 2, name: 'one' },
      ],
    };
    await expect(list({ dynamic_streams: [dynamic(fromConfig('tables'))] }, { config })).rejects.toMatchObject({
      reason: 'configuration',
      message: 'Dynamic streams list contains a duplicate name: one. Please check your configuration.',
    });
    const one = { tables: [{ id: 1, name: 'one' }] };
    const twice = [dynamic(fromConfig('tables')), dynamic(fromConfig('tables'))];
    await expect(list({ dynamic_streams: twice }, { config: one })).rejects.toThrow('duplicate name');
  });

  test('fail altogether when the source does not tell which there are, and alone when the manifest is wrong', async () => {
    const resolver = { type: 'HttpComponentsResolver', retriever: template()['retriever'] as JsonObject };
    const failing = (reason: 'unavailable' | 'configuration'): Partial<Build> => ({
      retriever: () => {
        throw new ConnectorError(reason, 'no list');
      },
    });
    const manifest = { streams: [named('a')], dynamic_streams: [dynamic(resolver, { name: 'Tables' })] };
    await expect(list(manifest, failing('unavailable'))).rejects.toThrow('no list');
    const listed = await list(manifest, failing('configuration'));
    expect(names(listed)).toEqual(['a']);
    expect(listed.broken).toMatchObject([{ name: 'Tables', error: { message: 'no list' } }]);
  });

  test('keep the others when one of them cannot be made', async () => {
    const config = { tables: [{ id: 1, name: 'one' }, { id: 2 }, { id: 3, name: 'three' }] };
    const listed = await list({ dynamic_streams: [dynamic(fromConfig('tables'), { name: 'Tables' })] }, { config });
    expect(names(listed)).toEqual(['one', 'three']);
    expect(listed.broken.map(({ name }) => name)).toEqual(['Tables[1]']);
  });

  test('say what to write where a filled template is no valid stream', async () => {
    const config = {
      tables: [
        { id: 1, name: 'one', method: 'GET' },
        { id: 2, name: 'two', method: 'FETCH' },
      ],
    };
    const method = mapping('retriever.requester.http_method', "{{ components_values['method'] }}", {
      create_or_update: true,
    });
    const resolver = { ...fromConfig('tables'), components_mapping: [toName, toPath, method] };
    const listed = await list({ dynamic_streams: [dynamic(resolver, { name: 'Tables' })] }, { config });
    expect(names(listed)).toEqual(['one']);
    expect(listed.broken).toMatchObject([
      { name: 'Tables[1]', error: { reason: 'configuration', message: expect.stringMatching(/http_method.*GET/s) } },
    ]);
  });
});

describe('mappings of components', () => {
  const config = {
    tables: [
      { name: 'a', fields: ['x', 'y'], big: true },
      { name: 'b', fields: [], big: false },
    ],
  };
  const listWith = (mappings: readonly Json[], requester: JsonObject = {}, more: JsonObject = {}): Promise<Listed> => {
    const resolver = { ...fromConfig('tables'), components_mapping: [toName, ...mappings] };
    return list(
      { dynamic_streams: [dynamic(resolver, { stream_template: template(requester), ...more })] },
      { config },
    );
  };

  test('set what is there, and make what is not only when they may', async () => {
    const listed = await listWith([
      mapping('retriever.requester.http_method', 'POST'),
      mapping('retriever.requester.request_headers.X-Name', "{{ components_values['name'] }}", {
        create_or_update: true,
      }),
    ]);
    expect(requesterOf(listed, 'a')).not.toHaveProperty('http_method');
    expect(requesterOf(listed, 'a')).toHaveProperty('request_headers', { 'X-Name': 'a' });
  });

  test('hold under their condition, also for the values of one stream', async () => {
    const listed = await listWith([
      mapping('retriever.requester.path', '/big', { condition: "{{ components_values['big'] }}" }),
      mapping('retriever.requester.use_cache', 'true', { condition: '{{ False }}', create_or_update: true }),
    ]);
    expect(requesterOf(listed, 'a')['path']).toBe('/big');
    expect(requesterOf(listed, 'b')['path']).toBe('/');
    expect(requesterOf(listed, 'a')).not.toHaveProperty('use_cache');
  });

  test('read text as YAML unless it is to be a string', async () => {
    const listed = await listWith([
      mapping('retriever.requester.error_handler', '{type: DefaultErrorHandler, max_retries: 3}', {
        create_or_update: true,
      }),
      mapping('retriever.requester.request_headers.X', 'a: b', { create_or_update: true, value_type: 'string' }),
      mapping('retriever.requester.request_headers.Y', 'a: [b', { create_or_update: true }),
      mapping('retriever.requester.request_headers.Z', "{{ '%Y-%m-%d' }}", { create_or_update: true }),
      mapping('retriever.requester.request_headers.Q', 'SELECT\n\ta,\n\tb', { create_or_update: true }),
    ]);
    expect(requesterOf(listed, 'a')).toMatchObject({
      error_handler: { type: 'DefaultErrorHandler', max_retries: 3 },
      request_headers: { X: 'a: b', Y: 'a: [b', Z: '%Y-%m-%d', Q: 'SELECT\n\ta,\n\tb' },
    });
  });

  test('see the template, and paths that are templates themselves', async () => {
    const listed = await listWith([
      mapping('retriever.requester.{{ "pa" ~ "th" }}', '{{ stream_template_config.retriever.requester.url_base }}/x'),
    ]);
    expect(requesterOf(listed, 'a')['path']).toBe('https://source.test/x');
  });

  test('change parameters, which then reach what is within: those from above win unless the manifest says otherwise', async () => {
    const requester = { $parameters: { item: 'x' }, authenticator: { type: 'NoAuth', $parameters: { item: 'mine' } } };
    const mappings = [mapping('retriever.requester.$parameters.item', "{{ components_values['name'] }}")];
    const parentsWin = requesterOf(await listWith(mappings, requester), 'b');
    expect(parentsWin).toMatchObject({ $parameters: { item: 'b' }, authenticator: { $parameters: { item: 'b' } } });
    const ownWin = requesterOf(await listWith(mappings, requester, { use_parent_parameters: false }), 'b');
    expect(ownWin).toMatchObject({ $parameters: { item: 'b' }, authenticator: { $parameters: { item: 'mine' } } });
  });
});
