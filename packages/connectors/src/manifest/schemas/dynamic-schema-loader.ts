import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { readAllSlices } from '../dynamic-streams/read-all-slices.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, RecordPlace } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { buildRecordFilter } from '../records/build-record-filter.ts';
import { pathOfTemplates } from '../records/path-of-templates.ts';
import { buildTransformation } from '../transformations/build-transformation.ts';
import { fieldTypes } from './field-types.ts';

const PLACE: RecordPlace = { slice: EMPTY_SLICE };

/**
 * Makes the function that asks the source for the fields of a stream and gives a JSON Schema of them. The first record of the
 * retriever tells of all fields. Throws `ConnectorError`. Source: the schema's `DynamicSchemaLoader`, `SchemaTypeIdentifier`.
 */
export function buildDynamicSchemaLoader(
  definition: Component,
  build: Build,
  stream: StreamContext,
): () => Promise<JsonObject> {
  const fields = fieldsReader(definition, build, stream);
  const filter = isObject(definition['schema_filter'])
    ? buildRecordFilter(definition['schema_filter'] as Component, build, stream)
    : undefined;
  const transformations = list(definition['schema_transformations']).map((transformation) =>
    buildTransformation(transformation as Component, build, stream),
  );
  const retriever = build.retriever(definition['retriever'] as Component, {
    name: stream.name,
    primaryKey: [],
    // What tells of the schema cannot wait for it.
    schema: () => Promise.resolve({}),
  });
  return async () => {
    const described = await firstRecord(readAllSlices(retriever));
    const properties: MutableRecord = {};
    for (const [name, type] of described ? fields(described) : []) {
      // A filter sees each field as a record of its own.
      if (!filter || filter.keeps({ [name]: type }, PLACE)) properties[name] = type;
    }
    for (const transformation of transformations) transformation.transform(properties, PLACE);
    return {
      $schema: 'https://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: true,
      properties: properties as JsonObject,
    };
  };
}

type FieldsReader = (described: MutableRecord) => Iterable<readonly [string, JsonObject]>;

function fieldsReader(definition: Component, build: Build, stream: StreamContext): FieldsReader {
  const identifier = definition['schema_type_identifier'] as Component;
  const context = { config: build.config, parameters: identifier.$parameters ?? definition.$parameters ?? {} };
  const pathTo = (field: string): ((value: Json) => Json | undefined) => {
    const path = pathOfTemplates(identifier[field], context);
    return path.segments.length === 0 ? (value) => value : (value) => path.first(value);
  };
  const [toSchema, toKey] = [pathTo('schema_pointer'), pathTo('key_pointer')];
  const toType = list(identifier['type_pointer']).length > 0 ? pathTo('type_pointer') : () => undefined;
  const typeOf = fieldTypes(list(identifier['types_mapping']), context, (unknown) =>
    build.ctx.log.warn(
      { stream: stream.name },
      `a field has the type ${unknown}, which no mapping knows; taken as text`,
    ),
  );
  return function* (described) {
    const fields = toSchema(described as JsonObject);
    if (!Array.isArray(fields)) {
      throw new ConnectorError(
        'configuration',
        `The schema of the stream "${stream.name}" cannot be told: "schema_pointer" leads to no list of fields.`,
      );
    }
    for (const field of fields as readonly Json[]) {
      const key = toKey(field);
      if (typeof key !== 'string') {
        throw new ConnectorError(
          'configuration',
          `The schema of the stream "${stream.name}" cannot be told: "key_pointer" leads to no text in one of its fields.`,
        );
      }
      yield [key, typeOf(toType(field) ?? 'string', field)];
    }
  };
}

async function firstRecord(
  pages: AsyncIterable<{ readonly records: readonly MutableRecord[] }>,
): Promise<MutableRecord | undefined> {
  for await (const { records } of pages) if (records[0]) return records[0];
  return undefined;
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
