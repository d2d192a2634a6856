import { expect, test } from 'vitest';
import { loadStream } from './load-stream.ts';

const filled = {
  $parameters: { name: 'teas' },
  retriever: {
    requester: { url_base: 'https://a.example', $parameters: { name: 'own' } },
    record_selector: { extractor: { field_path: [] } },
  },
};

test('makes a filled template ready', () => {
  expect(loadStream(filled, { path: 'here', useParentParameters: true })).toMatchObject({
    type: 'DeclarativeStream',
    name: 'teas',
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: 'https://a.example', name: 'teas' },
    },
  });
  const { retriever } = loadStream(filled, { path: 'here', useParentParameters: false });
  expect(retriever).toMatchObject({ requester: { name: 'own' } });
});

test('says what is wrong with a filled template', () => {
  const { retriever, ...rest } = filled;
  expect(() => loadStream(rest, { path: 'dynamic_streams[0].stream_template', useParentParameters: true })).toThrow(
    '- dynamic_streams[0].stream_template: needs `retriever`',
  );
  expect(retriever).toBeDefined();
});
