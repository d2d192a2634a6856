import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { retrieverOf, testingBuild } from '../dynamic-streams/testing-build.ts';
import type { Component } from '../model/component.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { buildQueryProperties } from './build-query-properties.ts';
import type { QueryProperties } from './build-query-properties.ts';

const SCHEMA = { properties: { id: {}, first_name: {}, properties_city: {} } };

function build(
  requester: JsonObject,
  records: JsonObject[] = [],
): { properties: QueryProperties | undefined; asked(): number } {
  let asked = 0;
  const made = testingBuild({
    retriever: () => {
      const retriever = retrieverOf(records.map((record) => ({ ...record })));
      return { ...retriever, read: (...given) => ((asked += 1), retriever.read(...given)) };
    },
  });
  const stream = { name: 'contacts', primaryKey: [], schema: () => Promise.resolve(SCHEMA) };
  const definition: Component = { type: 'HttpRequester', ...requester };
  return { properties: buildQueryProperties(definition, made, stream), asked: () => asked };
}

const list = (names: string[], more: JsonObject = {}): JsonObject => ({
  type: 'QueryProperties',
  property_list: names,
  ...more,
});

const endpoint: JsonObject = {
  type: 'PropertiesFromEndpoint',
  property_field_path: ['meta', 'name'],
  retriever: { type: 'SimpleRetriever' },
};

describe('buildQueryProperties', () => {
  test('finds them in each of the places where a requester may have them', async () => {
    const requesters = [
      { query_properties: list(['a', 'b']) },
      { request_parameters: { limit: '1', properties: list(['a', 'b']) } },
    ];
    for (const requester of requesters) expect(await build(requester).properties?.chunks()).toEqual([['a', 'b']]);
    expect(build({ request_parameters: { limit: '1' } }).properties).toBeUndefined();
    expect(() => build({ query_properties: list([]), request_parameters: { p: list([]) } })).toThrow('it may have one');
  });

  test('asks the source once, and again only after a failure', async () => {
    const records = [{ meta: { name: 'x' } }, { meta: {} }, { meta: { name: 'y' } }];
    const { properties, asked } = build({ fetch_properties_from_endpoint: endpoint }, records);
    expect(await properties?.chunks()).toEqual([['x', 'y']]);
    expect(await properties?.chunks()).toEqual([['x', 'y']]);
    expect(asked()).toBe(1);
  });

  test('puts the names among the extra fields of the slice, and keeps the others', () => {
    const { properties } = build({ query_properties: list(['a']) });
    const slice = { ...EMPTY_SLICE, partition: { account: 1 }, extraFields: { kept: 2 } };
    expect(properties?.sliceFor(slice, ['a'])).toEqual({
      partition: { account: 1 },
      cursorSlice: {},
      extraFields: { kept: 2, query_properties: ['a'] },
    });
    expect(slice.extraFields).toEqual({ kept: 2 });
  });

  test('divides them, and merges by the field id unless told otherwise', async () => {
    const chunking = { type: 'PropertyChunking', property_limit_type: 'property_count', property_limit: 2 };
    const { properties } = build({
      query_properties: list(['a', 'b', 'c'], { property_chunking: chunking, always_include_properties: ['id'] }),
    });
    expect(await properties?.chunks()).toEqual([
      ['id', 'a', 'b'],
      ['id', 'c'],
    ]);
    const merge = properties?.merge?.();
    merge?.add([{ id: 1, a: 1 }]);
    merge?.add([{ id: 1, c: 2 }]);
    expect(merge?.merged()).toEqual([{ id: 1, a: 1, c: 2 }]);

    const strategy = { type: 'GroupByKeyMergeStrategy', key: ['x', 'y'] };
    const other = build({
      query_properties: list([], { property_chunking: { ...chunking, record_merge_strategy: strategy } }),
    });
    const byBoth = other.properties?.merge?.();
    byBoth?.add([
      { x: 1, y: 1 },
      { x: 1, y: 2 },
    ]);
    expect(byBoth?.merged()).toHaveLength(2);
    expect(build({ query_properties: list(['a']) }).properties?.merge).toBeUndefined();
  });

  test('asks for fields of the schema only, under the names that the source has for them', async () => {
    const selector = {
      type: 'JsonSchemaPropertySelector',
      transformations: [{ type: 'KeysReplace', old: 'properties_', new: '' }],
    };
    const { properties } = build({
      query_properties: list(['city', 'first_name', 'unwanted'], { property_selector: selector }),
    });
    expect(await properties?.chunks()).toEqual([['city', 'first_name']]);
  });
});
