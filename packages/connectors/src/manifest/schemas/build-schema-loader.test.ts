import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import { definition, rigBuild, rigStream } from '../records/records-rig.ts';
import { buildSchemaLoader } from './build-schema-loader.ts';

type Definition = Parameters<typeof definition>[0];

const loaded = (given: Definition | undefined, files: Record<string, Json | string> = {}): Promise<JsonObject> => {
  const texts = Object.entries(files).map(([path, file]) => [
    path,
    typeof file === 'string' ? file : JSON.stringify(file),
  ]);
  const build = rigBuild({ config: { kind: 'b2b' }, files: Object.fromEntries(texts) as Record<string, string> });
  return buildSchemaLoader(given && definition(given), build, rigStream())();
};
const file = (file_path?: string): Definition => ({
  type: 'JsonFileSchemaLoader',
  ...(file_path !== undefined && { file_path }),
});

describe('a schema file', () => {
  it('is found by its path, with or without the package in front, and by default by the name of the stream', async () => {
    const schema = { type: 'object', properties: { id: { type: 'string' } } };
    expect(await loaded(file(), { 'schemas/orders.json': schema })).toEqual(schema);
    expect(await loaded(file('./source_x/schemas/{{ config.kind }}.json'), { 'schemas/b2b.json': schema })).toEqual(
      schema,
    );
    expect(await loaded(file("./schemas/{{ parameters['name'] }}.json"), { './schemas/orders.json': schema })).toEqual(
      schema,
    );
  });

  it('is an empty schema when it is missing, and an error when it is no JSON object', async () => {
    expect(await loaded(undefined)).toEqual({});
    await expect(async () => loaded(file(), { 'schemas/orders.json': '[1]' })).rejects.toThrow(
      /"orders".*schemas\/orders\.json/,
    );
  });

  it('takes in what it names of other files, and leaves what goes round', async () => {
    const files = {
      'schemas/orders.json': {
        properties: {
          user: { $ref: 'user.json' },
          money: { $ref: 'money.json#/definitions/amount' },
          own: { $ref: '#/x' },
        },
      },
      'schemas/shared/user.json': { properties: { boss: { $ref: 'user.json' } } },
      'schemas/shared/money.json': { definitions: { amount: { type: 'number' } } },
    };
    expect(await loaded(file(), files)).toEqual({
      properties: {
        user: { properties: { boss: { $ref: 'user.json' } } },
        money: { type: 'number' },
        own: { $ref: '#/x' },
      },
    });
  });
});

it('gives the properties of several loaders together', async () => {
  const inline = (properties: JsonObject) => definition({ type: 'InlineSchemaLoader', schema: { properties } });
  const loaders = [
    inline({ a: { type: 'string' }, b: { type: 'string' } }),
    inline({ b: { type: 'number' } }),
    definition({ type: 'InlineSchemaLoader' }),
  ];
  expect(await buildSchemaLoader(loaders, rigBuild(), rigStream())()).toMatchObject({
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'number' } },
  });
});

it('says which loaders there are not', () => {
  expect(() => buildSchemaLoader(definition({ type: 'Guess' }), rigBuild(), rigStream())).toThrow(/Guess is no loader/);
});
