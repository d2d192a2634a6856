import type { DatabaseSchema, DatabaseTable } from '@tributary/connectors/kit/database-schema';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import { isSelected, type Selection } from '../engine/selection.ts';
import type { SourceStream } from './model.ts';

interface Property {
  readonly name: string;
  readonly type: string;
}

/** `['string', 'null']` and unions are told as `string`; what a schema leaves open is `any`. */
function typeName(schema: Json | undefined): string {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'any';
  const { type, anyOf } = schema as JsonObject;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.filter((one) => one !== 'null').join(' or ') || 'null';
  if (!Array.isArray(anyOf)) return 'any';
  const names = anyOf.map(typeName).filter((one) => one !== 'null');
  return [...new Set(names)].join(' or ') || 'any';
}

/** The fields that a stream's schema names, in its order. */
export function propertiesOf({ jsonSchema }: Pick<Stream, 'jsonSchema'>): readonly Property[] {
  const { properties } = jsonSchema;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return [];
  return Object.entries(properties as JsonObject).map(([name, schema]) => ({ name, type: typeName(schema) }));
}

/** The key's fields, without those that the connector makes up for rows that have none. */
function keyOf(stream: Stream): readonly string[] {
  const names = new Set(propertiesOf(stream).map(({ name }) => name));
  return (stream.primaryKey ?? []).filter((name) => names.has(name.split('.')[0] ?? name));
}

/** A stream that was discovered, as the catalogue shows it. */
export function toSourceStream(stream: Stream, selection: Pick<Selection, 'include' | 'exclude'>): SourceStream {
  const key = keyOf(stream);
  const cursorFields = stream.cursorFields ?? [];
  const incremental = stream.incremental || cursorFields.length > 0;
  return {
    name: stream.name,
    title: stream.title,
    fields: propertiesOf(stream).map((field) => ({ ...field, primaryKey: key.includes(field.name) })),
    primaryKey: key,
    cursorFields,
    modes: incremental ? ['full_refresh', 'incremental'] : ['full_refresh'],
    selected: isSelected(selection, stream.name),
    jsonSchema: stream.jsonSchema,
  };
}

/** A source that cannot describe itself, by the schemas of its streams. */
export function schemaOfStreams(streams: readonly Stream[]): DatabaseSchema {
  const tables = streams.map((stream): DatabaseTable => {
    const key = keyOf(stream);
    const columns = propertiesOf(stream).map(({ name, type }, place) => ({
      name,
      dataType: type,
      nullable: !key.includes(name),
      position: place + 1,
      primaryKey: key.includes(name),
      comment: null,
    }));
    return { stream: stream.name, comment: null, columns };
  });
  return { tables, foreignKeys: [] };
}
