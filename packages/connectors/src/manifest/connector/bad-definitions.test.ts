import { expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { errorOf, requester, retriever, streamOf, trial } from './testing-bad-input.ts';

const twice: JsonObject = { running: ['on'], completed: ['on'], failed: [], timeout: [] };
const custom: JsonObject = { type: 'CustomRequester', class_name: 'source_trial.components.Requester' };
const template: JsonObject = { ...streamOf('made'), name: 'made' };

test.each<readonly [title: string, bad: JsonObject, says: RegExp]>([
  [
    'a part without its port',
    { retriever: retriever('/bad', { requester: custom }) },
    /source_trial\.components\.Requester/,
  ],
  [
    'a status that means two things',
    {
      retriever: {
        type: 'AsyncRetriever',
        status_mapping: twice,
        status_extractor: { type: 'DpathExtractor', field_path: ['status'] },
        creation_requester: requester('/bad'),
        polling_requester: requester('/bad'),
        download_requester: requester('/bad'),
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
      },
    },
    /"status_mapping" has the status "on" under "running" and under "completed"/,
  ],
])('%s leaves its stream known as broken, with what to change', async (_title, bad, says) => {
  const { outcomes, broken } = await trial(bad);
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatchObject({ name: 'bad', error: { reason: 'configuration' } });
  expect(errorOf(broken[0]?.error).message).toMatch(says);
  expect(broken[0]).not.toHaveProperty('nameless');
  expect([...outcomes.keys()]).toEqual(['first', 'last']);
});

test('a condition that cannot be judged breaks the streams behind it, by their names', async () => {
  const streams = [
    streamOf('first'),
    { type: 'ConditionalStreams', condition: '{{ nope.a.b }}', streams: [streamOf('one'), streamOf('two')] },
  ];
  const { outcomes, broken } = await trial({}, { manifest: { streams } });
  expect(broken.map(({ name, nameless }) => [name, nameless])).toEqual([
    ['one', undefined],
    ['two', undefined],
  ]);
  expect(errorOf(broken[0]?.error).message).toMatch(/"nope" is not known/);
  expect(outcomes.get('first')).toMatchObject({ records: [{ id: 1 }, { id: 2 }] });
});

test('a template of streams that cannot be filled hides streams of names that nobody knows', async () => {
  const dynamic: JsonObject = {
    type: 'DynamicDeclarativeStream',
    name: 'tables',
    stream_template: template,
    components_resolver: {
      type: 'ConfigComponentsResolver',
      stream_config: { type: 'StreamConfig', configs_pointer: ['tables'] },
      components_mapping: [
        { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['name'] }}" },
      ],
    },
  };
  const { outcomes, broken } = await trial(
    {},
    { manifest: { dynamic_streams: [dynamic] }, config: { tables: [{ name: 'fine' }, { name: { a: 1 } }] } },
  );
  expect(broken).toMatchObject([{ name: 'tables[1]', nameless: true, error: { reason: 'configuration' } }]);
  expect([...outcomes.keys()]).toEqual(['first', 'bad', 'last', 'fine']);
});

test('a stream without a name is broken, and so are those whose names could be its', async () => {
  const { broken, outcomes } = await trial({ name: '' });
  expect(broken).toMatchObject([{ name: 'streams[1]', nameless: true }]);
  expect([...outcomes.keys()]).toEqual(['first', 'last']);
});

/** The stream with parameters, and with a path that only they tell. */
const withParameters = ($parameters: unknown): JsonObject => {
  const { path: _, ...pathless } = requester('/bad');
  return { $parameters: $parameters as JsonObject, retriever: retriever('/bad', { requester: pathless }) };
};

test.each<readonly [title: string, parameters: unknown, path: string]>([
  ['null', null, '/'],
  ['a list', ['/bad/x'], '/'],
  ['a text', '/bad/x', '/'],
  ['a path', { path: '/bad/x' }, '/bad/x'],
  ['a path of templates', { path: "/bad/{{ config['seg'] }}/{{ parameters['path'] | length }}" }, '/bad/s/58'],
  ['the kind of a component', { type: 'NoSuchThing', path: '/bad/x' }, '/bad/x'],
  ['names of the language', { $parameters: { path: '/no' }, config: { seg: 'no' }, path: '/bad/x' }, '/bad/x'],
  ['names of JavaScript', { constructor: 1, toString: 2, hasOwnProperty: 3, path: '/bad/x' }, '/bad/x'],
  ['nothing', {}, '/'],
])('parameters that are %s read the stream by what they say, and nothing else', async (_title, parameters, path) => {
  const { outcomes, asked } = await trial(withParameters(parameters), { config: { seg: 's' } });
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
  expect(asked).toContain(path);
  expect(asked).toHaveLength(3);
});

test.each<readonly [title: string, bad: JsonObject, says: RegExp]>([
  ['parameters of a thousand levels', withParameters(nested(1_000)), /levels/],
  [
    'a parameter that makes a field a thing it cannot be',
    withParameters({ path: '/bad', http_method: 'FETCH' }),
    /http_method/,
  ],
  ['a reference to itself', { retriever: '#/streams/1/retriever' }, /circle: #\/streams\/1\/retriever/],
  ['a reference to what it stands in', { transformations: [{ $ref: '#/streams/1' }] }, /circle/],
  ['a reference to the root', { retriever: { $ref: '#/' } }, /./],
  ['a reference to a scalar', { retriever: { $ref: '#/version' } }, /streams\[1\]\.retriever/],
  ['a reference to a component of another kind', { retriever: { $ref: '#/spec' } }, /streams\[1\]\.retriever.*`Spec`/],
  [
    'a reference to nothing',
    { retriever: { $ref: '#/definitions/x' } },
    /`#\/definitions\/x`, but there is no `definitions`/,
  ],
  ['a reference to a file', { retriever: { $ref: './retriever.yaml' } }, /streams\[1\]\.retriever/],
  ['a reference that is a number', { retriever: { $ref: 5 } }, /streams\[1\]\.retriever/],
  ['a reference that is a list', { retriever: { $ref: ['#/spec'] } }, /streams\[1\]\.retriever/],
])('%s: the manifest is refused, with what to change', async (_title, bad, says) => {
  await expect(trial(bad)).rejects.toMatchObject({
    reason: 'configuration',
    message: expect.stringMatching(says) as string,
  });
});

function nested(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}
