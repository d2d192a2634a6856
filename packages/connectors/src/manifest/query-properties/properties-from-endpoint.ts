import type { Json } from '../../kit/json.ts';
import { readAllSlices } from '../dynamic-streams/read-all-slices.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { pathOfTemplates } from '../records/path-of-templates.ts';

/**
 * Makes the function that asks the source which properties there are: one name of every record. Records without a name are
 * passed over. Source: the schema's `PropertiesFromEndpoint`.
 */
export function buildPropertiesFromEndpoint(
  definition: Component,
  build: Build,
  stream: StreamContext,
): () => Promise<readonly string[]> {
  const parameters = definition.$parameters ?? {};
  const context = { config: build.config, parameters, options: parameters };
  const path = pathOfTemplates(definition['property_field_path'], context);
  const retriever = build.retriever(definition['retriever'] as Component, {
    name: stream.name,
    primaryKey: [],
    schema: () => Promise.resolve({}),
  });
  return async () => {
    const names: string[] = [];
    for await (const { records } of readAllSlices(retriever)) {
      for (const record of records) {
        const name = path.first(record as Json);
        if (typeof name === 'string' || typeof name === 'number') names.push(String(name));
      }
    }
    return names;
  };
}
