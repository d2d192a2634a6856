import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import { pathOfTemplates } from '../records/path-of-templates.ts';
import { readAllSlices } from './read-all-slices.ts';

/** What one stream is made from: the values that its template's mappings see as `components_values`. */
export interface ComponentsValues {
  readonly values: JsonObject;
  readonly slice: StreamSlice;
}

/**
 * The values of a resolver, one for each stream. `name` is the dynamic stream's. Throws `ConnectorError`: `configuration` for
 * what the manifest says, the requests' own reasons for `HttpComponentsResolver`.
 */
export async function* componentsValues(
  resolver: Component,
  build: Build,
  name: string,
): AsyncGenerator<ComponentsValues> {
  switch (resolver.type) {
    case 'HttpComponentsResolver':
      yield* valuesFromSource(resolver, build, name);
      return;
    case 'ConfigComponentsResolver':
      for (const values of valuesFromConfig(resolver, build)) yield { values, slice: EMPTY_SLICE };
      return;
    case 'ParametrizedComponentsResolver':
      for (const values of valuesFromManifest(resolver)) yield { values, slice: EMPTY_SLICE };
      return;
    default:
      throw new ConnectorError('configuration', `"${name}" has the unknown components resolver "${resolver.type}".`);
  }
}

/** Every record that the retriever reads. */
async function* valuesFromSource(resolver: Component, build: Build, name: string): AsyncGenerator<ComponentsValues> {
  const definition = withCache(componentOf(resolver['retriever'], 'retriever'));
  const retriever = build.retriever(definition, { name, primaryKey: [], schema: () => Promise.resolve({}) });
  for await (const { slice, records } of readAllSlices(retriever)) {
    for (const record of records) yield { values: record, slice };
  }
}

/** The streams of one account are asked for at check, discovery and reading; one answer does for all. */
function withCache(retriever: Component): Component {
  const requester = retriever['requester'];
  if (!isObject(requester)) return retriever;
  return { ...retriever, requester: { ...requester, use_cache: true } };
}

/**
 * Lists of the configuration, each with its default values behind; of several lists, every combination. Elements that are no
 * mappings come as `source_config_<number of the list>`, a pair of index and element.
 */
function valuesFromConfig(resolver: Component, build: Build): JsonObject[] {
  const configs = resolver['stream_config'];
  const lists = (Array.isArray(configs) ? configs : [configs]).map((config) =>
    elementsOf(componentOf(config, 'stream_config'), resolver, build).entries().toArray(),
  );
  const combinations = lists.reduce<(readonly [number, Json])[][]>(
    (all, list) => all.flatMap((before) => list.map((element) => [...before, element])),
    [[]],
  );
  return combinations.map((combination) =>
    combination.reduce<JsonObject>((values, [index, element], list) => {
      if (isObject(element)) return { ...values, ...element };
      return { [`source_config_${list}`]: [index, element], ...values };
    }, {}),
  );
}

function elementsOf(config: Component, resolver: Component, build: Build): Json[] {
  const parameters = config.$parameters ?? resolver.$parameters ?? {};
  const context = { config: build.config, parameters, options: parameters };
  const found = pathOfTemplates(config['configs_pointer'], context).first(build.config);
  const defaults = Array.isArray(config['default_values']) ? config['default_values'] : [];
  return [...(found === undefined ? [] : Array.isArray(found) ? (found as readonly Json[]) : [found]), ...defaults];
}

function valuesFromManifest(resolver: Component): readonly JsonObject[] {
  const list = componentOf(resolver['stream_parameters'], 'stream_parameters')['list_of_parameters_for_stream'];
  return (Array.isArray(list) ? list : []).filter((values) => isObject(values));
}

function componentOf(value: Json | undefined, field: string): Component {
  if (isObject(value)) return value as Component;
  throw new ConnectorError('configuration', `A components resolver needs "${field}".`);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
