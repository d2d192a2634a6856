import { z } from 'zod';
import { route } from './apinizer-route.ts';
import { ConnectionBody, connectionInput } from './connection-body.ts';
import { Listed, Tested, Written } from './connection-schema.ts';
import { presentConnections, presentTested, presentWritten } from './present-connection.ts';

const onConnections = {
  tag: 'Connections',
  path: '/projects/:projectName/connections',
  params: z.object({ projectName: z.string() }),
  inProject: true,
} as const;
const onConnection = {
  ...onConnections,
  path: '/projects/:projectName/connections/:connectionName',
  params: z.object({ projectName: z.string(), connectionName: z.string() }),
} as const;

const whatIsMissing = ['project_not_found', 'connection_not_found'] as const;
const whatIsRefused = [
  'connection_exists',
  'connection_name_empty',
  'connection_type_unknown',
  'connection_fields_missing',
  'connection_fields_refused',
  'key_store_not_found',
] as const;

/** Connections of a project by name. */
export const connectionRoutes = [
  route({
    ...onConnections,
    method: 'GET',
    operationId: 'listNamedConnections',
    summary: 'List the connections of a type, by name; secrets are null',
    access: 'source_connections:read',
    query: z.object({ type: z.string('Type is required') }),
    returns: { 200: Listed },
    errors: ['project_not_found', 'connection_type_unknown'],
    handler: async ({ actor, params, query, services }) =>
      presentConnections(await services.namedConnections.list(actor, params.projectName, query.type)),
  }),
  route({
    ...onConnection,
    method: 'GET',
    operationId: 'getNamedConnection',
    summary: 'Show a connection',
    description:
      'Secrets are shown to keys that may change the connection, unless the operator forbids it (`TRIBUTARY_SHOW_CONNECTION_SECRETS`); that is recorded. To others they are null.',
    access: 'source_connections:read',
    returns: { 200: Listed },
    errors: [...whatIsMissing, 'connection_name_empty'],
    handler: async ({ actor, params, services }) =>
      presentConnections([await services.namedConnections.get(actor, params.projectName, params.connectionName)]),
  }),
  route({
    ...onConnection,
    method: 'POST',
    operationId: 'createNamedConnection',
    summary: 'Make a connection, and deploy it to the workers',
    access: 'source_connections:write',
    body: ConnectionBody,
    bodyType: 'json',
    returns: { 200: Written },
    errors: ['project_not_found', 'connection_name_mismatch', ...whatIsRefused],
    async handler({ actor, params, body, services }) {
      const { projectName, connectionName } = params;
      return presentWritten(
        await services.namedConnections.create(actor, projectName, connectionName, connectionInput(body)),
      );
    },
  }),
  route({
    ...onConnection,
    method: 'PUT',
    operationId: 'replaceNamedConnection',
    summary: 'Replace a connection but for its type, and deploy it to the workers',
    description:
      'Fields that are not given return to their defaults; secrets that are not given stay. Another `name` renames the connection.',
    access: 'source_connections:write',
    body: ConnectionBody,
    bodyType: 'json',
    returns: { 200: Written },
    errors: [...whatIsMissing, 'connection_type_fixed', ...whatIsRefused],
    async handler({ actor, params, body, services }) {
      const { projectName, connectionName } = params;
      return presentWritten(
        await services.namedConnections.replace(actor, projectName, connectionName, connectionInput(body)),
      );
    },
  }),
  route({
    ...onConnection,
    method: 'DELETE',
    operationId: 'deleteNamedConnection',
    summary: 'Delete a connection, and take it from the workers',
    access: 'source_connections:write',
    returns: { 200: Written },
    errors: [...whatIsMissing, 'connection_name_empty', 'connection_in_use'],
    handler: async ({ actor, params, services }) =>
      presentWritten(await services.namedConnections.delete(actor, params.projectName, params.connectionName)),
  }),
  route({
    ...onConnection,
    path: `${onConnection.path}/test-connection`,
    method: 'POST',
    operationId: 'testNamedConnection',
    summary: 'Ask the far end, with the stored settings or the given ones; nothing is kept',
    description: 'Secrets that are not given are those that are stored. `deploymentResult.detail` says what to change.',
    access: 'source_connections:write',
    query: z.object({ environment: z.string().min(1).optional() }),
    body: ConnectionBody.optional(),
    bodyType: 'json',
    returns: { 200: Tested },
    errors: [...whatIsMissing, 'environment_not_found', 'connection_name_mismatch', ...whatIsRefused],
    async handler({ actor, params, query, body, services }) {
      const { projectName, connectionName } = params;
      const given = { ...query, ...(body && { input: connectionInput(body) }) };
      return presentTested(await services.namedConnections.test(actor, projectName, connectionName, given));
    },
  }),
];
