import { describe, expect, test } from 'vitest';
import type { RequestListener } from 'node:http';
import type { Json, JsonObject } from '../../kit/json.ts';
import { CANARY, json, requester, retriever, trial } from './testing-bad-input.ts';
import type { Trial, TrialOptions } from './testing-bad-input.ts';

/** The stream is read all the same, with no schema, and the log says why. */
function expectReadWithout({ outcomes, logs, schemas }: Trial, says: RegExp): void {
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
  const told = logs.filter((line) => line.includes('"stream":"bad"'));
  expect(told.join('\n')).toMatch(says);
  expect(told.join('\n')).not.toContain(CANARY);
  expect(schemas.get('bad')).toEqual({
    known: false,
    schema: { type: 'object', properties: {}, additionalProperties: true },
  });
  for (const name of ['first', 'last']) expect(outcomes.get(name)).toMatchObject({ records: [{ id: 1 }, { id: 2 }] });
}

describe('a schema file', () => {
  const file = (text: string): TrialOptions => ({ files: new Map([['schemas/bad.json', text]]) });
  const bad: JsonObject = { schema_loader: { type: 'JsonFileSchemaLoader', file_path: './schemas/bad.json' } };

  test.each([
    ['that is cut off', '{"type":"object"'],
    ['of YAML', 'type: object\nproperties: {}\n'],
    ['that is a list', '[]'],
    ['that is a number', '5'],
    ['that is null', 'null'],
    ['that is empty', ''],
    ['that takes no JSON from another file', '{"$ref":"other.json"}'],
  ])('%s leaves its stream without a schema', async (_title, text) => {
    const files = new Map([...(file(text).files ?? []), ['schemas/shared/other.json', '{']]);
    expectReadWithout(
      await trial(bad, { files }),
      /Stream \\?"bad\\?": the schema file .*(bad|other)\.json is no JSON object/,
    );
  });

  test('that is not there is an empty schema, as the stream asks for none', async () => {
    const { outcomes, schemas } = await trial(bad, { files: new Map() });
    expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
    expect(schemas.get('bad')).toEqual({ known: true, schema: {} });
  });
});

test.each<Json>([
  {},
  { type: 5 },
  { type: 'objekt', properties: { id: { type: 'integr' } } },
  { properties: [] },
  { properties: 5 },
  { properties: { id: null, a: 5, b: [], c: 'text' } },
  { properties: { id: { type: ['null', 5, null] } } },
  { properties: { a: { anyOf: 5 }, b: { enum: 5 } } },
  { type: 'object', properties: { id: { properties: { id: 5 } } }, required: 'id' },
])('a schema that is none, %j, keeps no record away', async (schema) => {
  const record_selector: JsonObject = {
    type: 'RecordSelector',
    extractor: { type: 'DpathExtractor', field_path: [] },
    schema_normalization: 'Default',
  };
  const { outcomes } = await trial({
    schema_loader: { type: 'InlineSchemaLoader', schema },
    retriever: retriever('/bad', { record_selector }),
  });
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
});

describe('a schema that the source is asked for', () => {
  const dynamic = (identifier: JsonObject = {}): JsonObject => ({
    schema_loader: {
      type: 'DynamicSchemaLoader',
      retriever: retriever('/bad/fields', { requester: requester('/bad/fields') }),
      schema_type_identifier: {
        type: 'SchemaTypeIdentifier',
        schema_pointer: ['fields'],
        key_pointer: ['name'],
        type_pointer: ['type'],
        ...identifier,
      },
    },
  });
  const answering =
    (answer: (response: Parameters<RequestListener>[1]) => void): RequestListener =>
    ({ url }, response) =>
      url === '/bad/fields' ? answer(response) : json(response, [{ id: 3 }]);

  test.each<readonly [title: string, answer: unknown, status: number, says: RegExp]>([
    ['is HTML', `<html>${CANARY}</html>`, 200, /Stream \\?"bad\\?".*JsonDecoder.*no JSON/],
    ['is refused', {}, 403, /Stream \\?"bad\\?".*answered 403/],
    ['is not there', {}, 404, /Stream \\?"bad\\?".*answered 404/],
    ['fails', {}, 500, /Stream \\?"bad\\?".*answered 500/],
    ['has no list', { fields: 5 }, 200, /\\?"bad\\?".*schema_pointer/],
    ['has no fields', { other: [] }, 200, /\\?"bad\\?".*schema_pointer/],
    ['has fields without names', { fields: [{ type: 'string' }] }, 200, /\\?"bad\\?".*key_pointer/],
    ['has fields that are no mappings', { fields: [5, null] }, 200, /\\?"bad\\?".*key_pointer/],
    ['has types that are none', { fields: [{ name: 'a', type: { a: 1 } }] }, 200, /bad.*types_mapping/],
  ])('and that %s leaves its stream without a schema', async (_title, answer, status, says) => {
    expectReadWithout(
      await trial(dynamic(), { answer: answering((response) => json(response, answer, status)) }),
      says,
    );
  });

  test('takes names of JavaScript’s objects for names', async () => {
    const text = '{"fields":[{"name":"__proto__","type":"string"},{"name":"constructor","type":"toString"}]}';
    const { outcomes, schemas } = await trial(dynamic(), { answer: answering((response) => json(response, text)) });
    expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
    expect(Object.keys(schemas.get('bad')?.schema['properties'] as JsonObject)).toContain('constructor');
    expect(({} as { readonly type?: unknown }).type).toBeUndefined();
  });
});
