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
