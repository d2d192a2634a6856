import { expect, test } from 'vitest';
import { applyParameters } from './apply-parameters.ts';

test('hands parameters down and fills the fields of their names', () => {
  const stream = {
    type: 'DeclarativeStream',
    $parameters: { name: 'teas', path: '/teas' },
    retriever: {
      requester: { url_base: 'https://a.example', path: '' },
      record_selector: { extractor: { field_path: [] } },
    },
  };
  const $parameters = { name: 'teas', path: '/teas' };
  expect(applyParameters(stream)).toEqual({
    type: 'DeclarativeStream',
    ...$parameters,
    $parameters,
    retriever: {
      type: 'SimpleRetriever',
      ...$parameters,
      $parameters,
      requester: { type: 'HttpRequester', url_base: 'https://a.example', ...$parameters, $parameters },
      record_selector: {
        type: 'RecordSelector',
        ...$parameters,
        $parameters,
        extractor: { type: 'DpathExtractor', field_path: [], ...$parameters, $parameters },
      },
    },
  });
});

test.each([[''], [0], [false], [null], [[]], [{}]])('fills a field that is %j, and no other', (falsy) => {
  const applied = applyParameters({ type: 'X', a: falsy, b: 'own', $parameters: { a: 1, b: 1 } });
  expect(applied).toMatchObject({ a: 1, b: 'own' });
});

test('lets parameters of a component win over those from above, or the other way round for templates', () => {
  const component = { type: 'A', $parameters: { name: 'above' }, b: { type: 'B', $parameters: { name: 'own' } } };
  expect(applyParameters(component)['b']).toMatchObject({ name: 'own', $parameters: { name: 'own' } });
  const turned = applyParameters(component, { useParentParameters: true });
  expect(turned['b']).toMatchObject({ name: 'above', $parameters: { name: 'above' } });
});

test('starts from parameters and a position that it is given', () => {
  const applied = applyParameters({}, { position: 'SimpleRetriever.requester', parameters: { path: '/x' } });
  expect(applied).toEqual({ type: 'HttpRequester', path: '/x', $parameters: { path: '/x' } });
});

test('does not hand a parameter to the field of its name, and hands it to the next', () => {
  const schema_loader = { type: 'InlineSchemaLoader' };
  const applied = applyParameters({
    type: 'DeclarativeStream',
    $parameters: { name: 'n', schema_loader },
    retriever: { type: 'CustomRetriever' },
  });
  expect(applied['schema_loader']).toEqual({ type: 'InlineSchemaLoader', name: 'n', $parameters: { name: 'n' } });
  expect(applied['retriever']).toMatchObject({ schema_loader: { type: 'InlineSchemaLoader', name: 'n' } });
});

test.each([['object'], [['null', 'object']], [['object', 'null']], [{ type: 'string' }]])(
  'leaves a JSON schema with the type %j alone',
  (type) => {
    const schema = { type, properties: { name: { type: 'string' } } };
    const applied = applyParameters({ type: 'InlineSchemaLoader', $parameters: { name: 'n' }, schema });
    expect(applied['schema']).toEqual(schema);
  },
);

test('looks into objects that are no components only for components', () => {
  const applied = applyParameters({
    type: 'HttpRequester',
    $parameters: { entity: 'e' },
    request_parameters: { plain: 'text', fields: { type: 'QueryProperties' } },
    request_headers: { nested: { deeper: { type: 'X' } } },
  });
  expect(applied['request_parameters']).toEqual({
    plain: 'text',
    fields: { type: 'QueryProperties', entity: 'e', $parameters: { entity: 'e' } },
  });
  expect(applied['request_headers']).toEqual({ nested: { deeper: { type: 'X' } } });
});

test('takes a class without a type for the custom component of its place', () => {
  const applied = applyParameters({ type: 'HttpRequester', authenticator: { class_name: 'source_a.components.Auth' } });
  expect(applied['authenticator']).toEqual({ type: 'CustomAuthenticator', class_name: 'source_a.components.Auth' });
});

test('gives groups of streams their type by any name', () => {
  const applied = applyParameters({ type: 'DeclarativeSource', stream_groups: { mine: { streams: [{ name: 'a' }] } } });
  expect(applied['stream_groups']).toEqual({
    mine: { type: 'StreamGroup', streams: [{ type: 'DeclarativeStream', name: 'a' }] },
  });
});

test('does not change what it is given', () => {
  const component = { type: 'A', $parameters: { x: 1 }, b: { type: 'B', list: [{ type: 'C' }] } };
  const copy = structuredClone(component);
  applyParameters(component);
  expect(component).toEqual(copy);
});

test('keeps what stands under the same parameters shared', () => {
  const shared = { type: 'Shared', list: [1] };
  const applied = applyParameters({ type: 'A', $parameters: { x: 1 }, b: [shared, shared] }) as { b: unknown[] };
  expect(applied.b[0]).toBe(applied.b[1]);
});

test('refuses parameters that make too much of what is shared', () => {
  let component: object = { type: 'Leaf' };
  for (let at = 0; at < 40; at += 1) {
    component = {
      type: 'Node',
      l: { type: 'L', $parameters: { [`p${at}`]: 1 }, in: component },
      r: { type: 'R', in: component },
    };
  }
  expect(() => applyParameters(component as never)).toThrow(/grows to more than 500,000 fields/);
});
