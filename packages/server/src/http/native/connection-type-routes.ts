import { z } from 'zod';
import { describeType, describeTypes } from '../../connections/connection-types.ts';
import { routeFor } from '../route.ts';
import { JsonMap } from '../wire-values.ts';

const route = routeFor<unknown>();

const ConnectionType = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    aliases: z.array(z.string()),
    notifies: z.boolean().meta({ description: 'Its open connections carry notifications.' }),
    secretFields: z.array(z.string()),
    keyMaterialFields: z.array(z.string()),
    fields: JsonMap.meta({ description: 'JSON Schema of the fields.' }),
  })
  .meta({ id: 'ConnectionType' });

const shared = { method: 'GET', tag: 'Connection types', access: 'source_connections:read' } as const;

/** What connections can be made by name, for forms. */
export const connectionTypeRoutes = [
  route({
    ...shared,
    path: '/connection-types',
    operationId: 'listConnectionTypes',
    summary: 'List the types of connections that are managed by name',
    returns: { 200: z.array(ConnectionType) },
    errors: [],
    handler: () => describeTypes(),
  }),
  route({
    ...shared,
    path: '/connection-types/:type',
    operationId: 'getConnectionType',
    summary: 'Show a type of connections with its fields',
    params: z.object({ type: z.string() }),
    returns: { 200: ConnectionType },
    errors: ['connection_type_unknown'],
    handler: ({ params }) => describeType(params.type),
  }),
];
