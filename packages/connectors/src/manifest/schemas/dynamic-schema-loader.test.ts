import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { retrieverOf, testingBuild } from '../dynamic-streams/testing-build.ts';
import type { StreamContext } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import { buildDynamicSchemaLoader } from './dynamic-schema-loader.ts';

const stream: StreamContext = { name: 'contacts', primaryKey: [], schema: () => Promise.resolve({}) };

function load(
  records: readonly MutableRecord[],
  identifier: JsonObject,
  more: JsonObject = {},
  warned: unknown[] = [],
): Promise<JsonObject> {
  const build = testingBuild({ config: { where: 'fields' }, retriever: () => retrieverOf(records) });
  const definition = {
    type: 'DynamicSchemaLoader',
    retriever: { type: 'SimpleRetriever' },
    schema_type_identifier: { type: 'SchemaTypeIdentifier', key_pointer: ['name'], ...identifier },
    ...more,
  };
  const log = { ...build.ctx.log, warn: (_: unknown, message: string) => warned.push(message) };
  return buildDynamicSchemaLoader(definition, { ...build, ctx: { ...build.ctx, log } }, stream)();
}

const properties = async (...given: Parameters<typeof load>): Promise<unknown> => (await load(...given))['properties'];

describe('buildDynamicSchemaLoader', () => {
  test('makes a schema of the fields that the first record tells of', async () => {
    const record = { data: { fields: [{ name: 'id', t: 'integer' }, { name: 'born', t: 'date' }, { name: 'plain' }] } };
    expect(
      await load([record, { data: {} }], { schema_pointer: ['data', "{{ config['where'] }}"], type_pointer: ['t'] }),
    ).toEqual({
      $schema: 'https://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: true,
      properties: {
        id: { type: ['null', 'integer'] },
        born: { type: ['null', 'string'], format: 'date' },
        plain: { type: ['null', 'string'] },
      },
    });
  });

  test('knows no fields when the source tells of nothing, and takes every field for text without a type pointer', async () => {
    expect(await properties([], { schema_pointer: ['fields'] })).toEqual({});
    expect(await properties([{ fields: [{ name: 'a', type: 'integer' }] }], { schema_pointer: ['fields'] })).toEqual({
      a: { type: ['null', 'string'] },
    });
  });

  test('maps types, the first that fits and whose condition holds for the field', async () => {
    const fields = [
      { name: 'a', type: 'lookup', list: true },
      { name: 'b', type: 'lookup', list: false },
      { name: 'c', type: ['x', 'y'] },
      { name: 'd', type: 'either' },
    ];
    const types_mapping = [
      { current_type: 'lookup', target_type: 'array', condition: "{{ raw_schema['list'] }}" },
      { current_type: 'lookup', target_type: 'number' },
      {
        current_type: ['x', 'y'],
        target_type: { field_type: 'array', items: { field_type: 'array', items: 'integer' } },
      },
      { current_type: 'either', target_type: ['string', 'boolean'] },
    ];
    expect(
      await properties([{ fields }], { schema_pointer: ['fields'], type_pointer: ['type'], types_mapping }),
    ).toEqual({
      a: { type: ['null', 'array'] },
      b: { type: ['null', 'number'] },
      c: {
        type: ['null', 'array'],
        items: { type: ['null', 'array'], items: { type: ['null', 'integer'] } },
      },
      d: { oneOf: [{ type: ['null', 'string'] }, { type: ['null', 'boolean'] }] },
    });
  });

  test('takes a type that nobody knows for text, and says so once', async () => {
    const warned: unknown[] = [];
    const fields = [
      { name: 'a', type: 'vector' },
      { name: 'b', type: 'vector' },
    ];
    expect(await properties([{ fields }], { schema_pointer: ['fields'], type_pointer: ['type'] }, {}, warned)).toEqual({
      a: { type: ['null', 'string'] },
      b: { type: ['null', 'string'] },
    });
    expect(warned).toEqual(['a field has the type "vector", which no mapping knows; taken as text']);
  });

  test('leaves out fields that the filter does not keep, and changes names', async () => {
    const fields = [{ name: 'Keep Me' }, { name: 'Secret' }];
    const more = {
      schema_filter: { type: 'RecordFilter', condition: "{{ 'Secret' not in record }}" },
      schema_transformations: [{ type: 'KeysToSnakeCase' }],
    };
    expect(await properties([{ fields }], { schema_pointer: ['fields'] }, more)).toEqual({
      keep_me: { type: ['null', 'string'] },
    });
  });

  test('says what is wrong with the pointers', async () => {
    await expect(load([{ fields: 1 }], { schema_pointer: ['fields'] })).rejects.toThrow(/"contacts".*"schema_pointer"/);
    await expect(load([{ fields: [{ id: 1 }] }], { schema_pointer: ['fields'] })).rejects.toThrow('"key_pointer"');
  });
});
