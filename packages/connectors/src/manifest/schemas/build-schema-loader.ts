import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { customPart } from '../model/custom-part.ts';
import { isMapping } from '../records/is-mapping.ts';
import { buildDynamicSchemaLoader } from './dynamic-schema-loader.ts';
import { loadSchemaFile } from './load-schema-file.ts';

type Load = () => Promise<JsonObject>;

/**
 * Builds what gives the JSON schema of a stream's records. Without a definition it is the file of the default path, or an
 * empty schema; a list gives the properties of all, later ones first in rank. Throws `ConnectorError('configuration')` for a type that
 * is none.
 */
export function buildSchemaLoader(
  definition: Component | readonly Component[] | undefined,
  build: Build,
  stream: StreamContext,
): Load {
  if (isList(definition)) return composite(definition.map((one) => buildSchemaLoader(one, build, stream)));
  const type = definition?.type ?? 'JsonFileSchemaLoader';
  switch (type) {
    case 'InlineSchemaLoader': {
      const schema = definition?.['schema'];
      return () => Promise.resolve(isMapping(schema) ? (schema as JsonObject) : {});
    }
    case 'JsonFileSchemaLoader':
      return () => Promise.resolve(loadSchemaFile(definition, build, stream));
    case 'DynamicSchemaLoader':
      return buildDynamicSchemaLoader(definition as Component, build, stream);
    case 'CustomSchemaLoader':
      return customPart<Load>(definition as Component, build, stream);
    default:
      throw new ConnectorError('configuration', `Stream "${stream.name}": ${type} is no loader of schemas.`);
  }
}

const isList = (value: Component | readonly Component[] | undefined): value is readonly Component[] =>
  Array.isArray(value);

const composite =
  (loaders: readonly Load[]): Load =>
  async () => {
    const schemas = await Promise.all(loaders.map((load) => load()));
    return {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: Object.assign({}, ...schemas.map(({ properties }) => properties ?? {})) as JsonObject,
    };
  };
