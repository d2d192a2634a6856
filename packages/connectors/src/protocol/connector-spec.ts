import { z } from 'zod';
import type { Connector } from '../kit/connector.ts';
import type { Json, JsonObject } from '../kit/json.ts';
import { fieldFacts } from '../kit/type-schema.ts';
import type { AirbyteMessage, AirbyteSpec } from './messages.ts';

/** JSON Schema draft 7 of what a person gives, with the protocol's marks; other fields are tolerated. */
function schemaOf(fields: z.ZodObject): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(fields, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      if (jsonSchema['secret'] !== true) return;
      delete jsonSchema['secret'];
      jsonSchema['airbyte_secret'] = true;
    },
  });
  // Fields that answer to nothing with a default are not required, whatever they are made of.
  const required = fieldFacts(fields).flatMap((field) => (field.required ? [field.name] : []));
  const { required: _required, ...rest } = schema as JsonObject;
  return { ...rest, ...(required.length > 0 && { required }), additionalProperties: true };
}

const requires = (schema: JsonObject): boolean => Array.isArray(schema['required']) && schema['required'].length > 0;

/** The schemas of the ways to give credentials; a connector that needs none has none. */
function credentialsSchema(
  connector: Connector,
): { readonly schema: JsonObject; readonly required: boolean } | undefined {
  const ways = connector.auth.filter((scheme) => scheme.type === 'direct').map((scheme) => schemaOf(scheme.fields));
  const [only] = ways;
  if (!only) return undefined;
  const schema: JsonObject =
    ways.length === 1 ? { ...only, title: 'Credentials' } : { title: 'Credentials', type: 'object', oneOf: ways };
  const optional = connector.auth.some((scheme) => scheme.type === 'none') || !ways.every(requires);
  return { schema, required: !optional };
}

/**
 * The answer to `spec`: the published specification where there is one, else the configuration of a connector as one JSON
 * Schema, its own fields, and the credentials under `credentials`.
 */
export function connectorSpec(connector: Connector): AirbyteMessage {
  const { specified } = connector;
  // Its author's words, as they are published.
  if (specified) return { type: 'SPEC', spec: specified.specification as unknown as AirbyteSpec };
  const config = schemaOf(connector.config);
  const credentials = credentialsSchema(connector);
  const required = [
    ...((config['required'] as string[] | undefined) ?? []),
    ...(credentials?.required ? ['credentials'] : []),
  ];
  const properties: Record<string, Json> = { ...(config['properties'] as JsonObject) } as Record<string, Json>;
  if (credentials) properties['credentials'] = credentials.schema;
  return {
    type: 'SPEC',
    spec: {
      connectionSpecification: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        title: connector.title,
        description: connector.description,
        ...config,
        properties,
        required,
      },
      supportsIncremental: true,
      supported_destination_sync_modes: [],
    },
  };
}

/** Takes the file behind `--config` apart: the connector's own fields, and its credentials. */
export function splitConfig(
  { specified }: Pick<Connector, 'specified'>,
  given: unknown,
): { readonly config: unknown; readonly credentials: unknown } {
  if (typeof given !== 'object' || given === null) return { config: given, credentials: {} };
  if (specified) return specified.split(given as JsonObject);
  const { credentials = {}, ...config } = given as Record<string, unknown>;
  return { config, credentials };
}
