import type { JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import type { ConnectionInput } from '../../connections/connection-input.ts';

/**
 * Any object: which field is looked at first is the service's business, since the contract tells of a connection that is not
 * there before it tells of a field that does not fit.
 */
export const ConnectionBody = z.record(z.string(), z.unknown(), 'The body must be a JSON object.').meta({
  id: 'ApinizerConnection',
  description:
    'A connection with `type`, `name`, `description`, `deployToWorker`, `enabled` and the fields of its type beside them, as `GET /tributary/v1/connection-types` describes them.',
});

/** Values of the second key `type` that connections of this type have in the published documentation. */
const accessModes: readonly unknown[] = ['READ_WRITE', 'READ'];
const elasticsearch = 'elasticsearch';
/** Where the access mode is read and shown, beside the type's own `type`. */
export const accessModeField = 'elasticsearchType';

/**
 * The published body as the domain takes it. One key `type` twice is one with the last value to whoever parses JSON: an access
 * mode there means a connection to Elasticsearch.
 */
export function connectionInput(body: Readonly<Record<string, unknown>>): ConnectionInput {
  const { type, name, description, enabled, deployToWorker, ...fields } = body;
  const isMode = accessModes.includes(type);
  const settings = { ...fields, ...(isMode && { [accessModeField]: type }) } as JsonObject;
  return { type: isMode ? elasticsearch : type, name, description, enabled, deployToWorker, settings };
}
