import { route, SourceConnectionParams } from './native-route.ts';
import {
  CheckRequest,
  CheckResult,
  CreateOnConnectionRequest,
  presentState,
  SourceConnectionState,
} from './source-connection-schema.ts';

const tag = 'Source connections';
const path = '/source-connections/:sourceConnectionId';
const one = { tag, params: SourceConnectionParams, returns: { 200: SourceConnectionState } } as const;
const access = 'source_connections:write';

const checkRoute = route({
  tag,
  access,
  method: 'POST',
  path: '/source-connections/check',
  operationId: 'checkSourceConnection',
  summary: 'Try a configuration and its credentials without saving anything',
  body: CheckRequest,
  returns: { 200: CheckResult },
  errors: [
    'source_not_found',
    'auth_method_unsupported',
    'invalid_config_fields',
    'invalid_auth_fields',
    'credentials_refused',
    'source_check_failed',
    'source_unreachable',
    'source_rate_limited',
    'host_access_refused',
  ],
  handler: ({ actor, body, services }) => {
    const { shortName, config, credentials } = body;
    const method = Object.keys(credentials).length > 0 ? 'direct' : 'absent';
    return services.sourceConnections.check(actor, { shortName, config, credentials, method });
  },
});

const createRoute = route({
  ...one,
  params: undefined,
  access,
  method: 'POST',
  path: '/source-connections',
  operationId: 'createSourceConnectionOnConnection',
  summary: 'Read through a connection of a project into a collection',
  body: CreateOnConnectionRequest,
  errors: [
    'project_not_found',
    'connection_not_found',
    'connection_not_readable',
    'collection_not_found',
    'invalid_config_fields',
    'invalid_cron',
    'schedule_too_frequent',
    'unknown_cursor_field',
    'credentials_refused',
    'source_check_failed',
    'source_unreachable',
    'source_rate_limited',
    'host_access_refused',
  ],
  handler: async ({ actor, body, services }) => {
    const { project, collection, ...input } = body;
    const given = { ...input, projectName: project, collectionReadableId: collection };
    return presentState(await services.sourceConnections.createOnConnection(actor, given));
  },
});

/** What no dialect has: the axes behind the one word of a status, and the ways to change them. */
export const sourceConnectionRoutes = [
  checkRoute,
  createRoute,
  route({
    ...one,
    access: 'source_connections:read',
    method: 'GET',
    path: `${path}/status`,
    operationId: 'getSourceConnectionState',
    summary: 'Show the state of a source connection, and what has to be done',
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentState(await services.sourceConnections.get(actor, params.sourceConnectionId)),
  }),
  route({
    ...one,
    access,
    method: 'POST',
    path: `${path}/pause`,
    operationId: 'pauseSourceConnection',
    summary: 'Let no new sync start, by schedule or by hand; a running job goes on',
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentState(await services.sourceConnections.pause(actor, params.sourceConnectionId)),
  }),
  route({
    ...one,
    access,
    method: 'POST',
    path: `${path}/resume`,
    operationId: 'resumeSourceConnection',
    summary: 'Let syncs start again',
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, services }) =>
      presentState(await services.sourceConnections.resume(actor, params.sourceConnectionId)),
  }),
  route({
    ...one,
    access,
    method: 'POST',
    path: `${path}/sweep/confirm`,
    operationId: 'confirmSweep',
    summary: 'Delete what the last listing did not name, after it was held back',
    errors: ['source_connection_not_found', 'sweep_not_held', 'sync_already_running', 'sync_not_active'],
    handler: async ({ actor, params, services }) =>
      presentState(await services.sourceConnections.confirmSweep(actor, params.sourceConnectionId)),
  }),
];
