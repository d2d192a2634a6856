import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { StreamSlice } from '../model/slice.ts';
import { buildPropertiesFromEndpoint } from './properties-from-endpoint.ts';
import { buildPropertySelector } from './property-selector.ts';
import { propertyChunks } from './property-chunks.ts';
import { mergeByKey } from './record-merge.ts';
import type { RecordMerge } from './record-merge.ts';

/** The properties that the requests of a retriever ask for by name. */
export interface QueryProperties {
  /** The names for each request that a page takes; at least one list. The source is asked for them once. */
  chunks(): Promise<readonly (readonly string[])[]>;
  /** The slice as the templates of a request see it: with the names as `query_properties` among its extra fields. */
  sliceFor(slice: StreamSlice, chunk: readonly string[]): StreamSlice;
  /** Puts the records of one page together; absent when records are whole in each answer. */
  merge?(): RecordMerge;
}

/** A record is known by this field when the manifest names no other. Source: the CDK's `PropertyChunking`. */
const DEFAULT_KEY = 'id';

/**
 * Builds what `requester` says of query properties: its `query_properties`, the older `fetch_properties_from_endpoint`, or a
 * `QueryProperties` among its `request_parameters`, whose value the requester then writes itself. `undefined` when it says
 * nothing. Throws `ConnectorError('configuration')` when it says it twice.
 */
export function buildQueryProperties(
  requester: Component,
  build: Build,
  stream: StreamContext,
): QueryProperties | undefined {
  const definition = definitionIn(requester, stream);
  if (!definition) return undefined;
  const { property_list: list, always_include_properties: always, property_chunking: chunking } = definition;
  const named = isComponent(list)
    ? buildPropertiesFromEndpoint(list, build, stream)
    : () => Promise.resolve(textsOf(list));
  const selector = isComponent(definition['property_selector'])
    ? buildPropertySelector(definition['property_selector'], build, stream)
    : undefined;
  const divide = dividing(isComponent(chunking) ? chunking : undefined, textsOf(always));
  let found: Promise<readonly (readonly string[])[]> | undefined;
  const find = async (): Promise<readonly (readonly string[])[]> => {
    const selected = await selector?.();
    const properties = await named();
    return divide(selected ? properties.filter((property) => selected.has(property)) : properties);
  };
  return {
    chunks() {
      // A failure is not kept: the next slice asks again.
      found ??= find().catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      return found;
    },
    sliceFor: (slice, chunk) => ({ ...slice, extraFields: { ...slice.extraFields, query_properties: chunk } }),
    ...(isComponent(chunking) && { merge: () => mergeByKey(keysOf(chunking['record_merge_strategy'])) }),
  };
}

function definitionIn(requester: Component, stream: StreamContext): Component | undefined {
  const inline = isObject(requester['request_parameters'])
    ? Object.values(requester['request_parameters']).filter((value) => isComponent(value, 'QueryProperties'))
    : [];
  const endpoint = requester['fetch_properties_from_endpoint'];
  const definitions = [
    ...inline,
    ...(isComponent(requester['query_properties']) ? [requester['query_properties']] : []),
    ...(isComponent(endpoint) ? [{ type: 'QueryProperties', property_list: endpoint }] : []),
  ];
  if (definitions.length > 1) {
    throw new ConnectorError(
      'configuration',
      `The requester of the stream "${stream.name}" has ${definitions.length} lists of query properties; it may have one.`,
    );
  }
  return definitions[0] as Component | undefined;
}

type Divide = (properties: readonly string[]) => readonly (readonly string[])[];

function dividing(chunking: Component | undefined, always: readonly string[]): Divide {
  if (!chunking) return (properties) => [[...always, ...properties]];
  const { property_limit: limit, property_limit_type: limitType } = chunking;
  return (properties) =>
    propertyChunks(properties, {
      limitType: limitType === 'characters' ? 'characters' : 'property_count',
      ...(typeof limit === 'number' && { limit }),
      always,
    });
}

function keysOf(strategy: Json | undefined): readonly string[] {
  const key = isObject(strategy) ? strategy['key'] : undefined;
  if (typeof key === 'string') return [key];
  return Array.isArray(key) && key.length > 0 ? key.map(String) : [DEFAULT_KEY];
}

const textsOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isComponent = (value: Json | undefined, type?: string): value is Component =>
  isObject(value) && (type === undefined || value['type'] === type);
