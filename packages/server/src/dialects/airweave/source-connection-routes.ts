import { z } from 'zod';
import { Reply, type RouteDeclaration } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { SourceConnectionDetail } from '../../source-connections/model.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { entityTag, versionOf } from '../../http/entity-tag.ts';
import type { Face } from './faces.ts';
import { pageReply, pageRequest } from '../../http/paging.ts';
import { presentSourceConnection, presentSourceConnectionListItem } from './present-source-connection.ts';
import { createInput, updateInput } from './source-connection-change.ts';
import {
  answerSchemas,
  ListQuery,
  SourceConnectionCreate,
  SourceConnectionParams,
  SourceConnectionUpdate,
  type AnswerSchemas,
} from './source-connection-schema.ts';

const tag = 'source-connections';
const one = { tag, path: '/source-connections/:source_connection_id', params: SourceConnectionParams } as const;

const settingsErrors = [
  'invalid_config_fields',
  'invalid_auth_fields',
  'invalid_cron',
  'schedule_too_frequent',
  'unknown_cursor_field',
] as const;

const checkErrors = [
  'credentials_refused',
  'source_check_failed',
  'source_unreachable',
  'source_rate_limited',
  'host_access_refused',
] as const;

const providerErrors = [
  'auth_provider_not_found',
  'auth_provider_unsupported',
  'invalid_auth_provider_config',
  'auth_provider_refused',
  'auth_provider_unreachable',
  'auth_provider_rate_limited',
] as const;

function present(source: SourceConnectionDetail, face: Face): Reply<unknown> {
  return new Reply(presentSourceConnection(source, face), { headers: { etag: entityTag(source.version) } });
}

function createRoute(face: Face, { SourceConnection }: AnswerSchemas): RouteDeclaration<Services> {
  return route({
    tag,
    access: 'source_connections:write',
    method: 'POST',
    path: '/source-connections',
    operationId: `${face.operationPrefix}create_source_connections_post`,
    summary: 'Create a source connection',
    description: 'The auth method follows from the fields of `authentication`.',
    body: SourceConnectionCreate,
    returns: { 200: SourceConnection },
    errors: [
      'source_not_found',
      'collection_not_found',
      'auth_method_unsupported',
      'oauth_client_missing',
      'redirect_url_refused',
      'sync_immediately_unsupported',
      ...settingsErrors,
      ...checkErrors,
      ...providerErrors,
    ],
    idempotent: true,
    handler: async ({ actor, body, services }) =>
      present(await services.sourceConnections.create(actor, createInput(body)), face),
  });
}

function updateRoute(face: Face, { SourceConnection }: AnswerSchemas): RouteDeclaration<Services> {
  return route({
    ...one,
    access: 'source_connections:write',
    method: 'PATCH',
    operationId: `${face.operationPrefix}update_source_connections__source_connection_id__patch`,
    summary: 'Change a source connection',
    description:
      'Only the fields given change. `If-Match` with the `ETag` of an earlier answer refuses a lost update. A connection made by OAuth takes new tokens as `authentication.access_token`; its method stays.',
    body: SourceConnectionUpdate,
    returns: { 200: SourceConnection },
    errors: [
      'source_connection_not_found',
      'credentials_not_direct',
      'tokens_not_oauth',
      'precondition_failed',
      ...settingsErrors,
      ...checkErrors,
    ],
    async handler({ actor, params, headers, body, services }) {
      const ifVersion = versionOf(headers['if-match']);
      const id = params.source_connection_id;
      return present(await services.sourceConnections.update(actor, id, updateInput(body), ifVersion), face);
    },
  });
}

function readRoutes(face: Face, schemas: AnswerSchemas): readonly RouteDeclaration<Services>[] {
  const access = 'source_connections:read';
  return [
    route({
      tag,
      access,
      method: 'GET',
      path: '/source-connections',
      operationId: `${face.operationPrefix}list_source_connections_get`,
      summary: 'List source connections, newest first',
      query: ListQuery,
      returns: { 200: z.array(schemas.SourceConnectionListItem) },
      errors: [],
      async handler({ actor, query, services }) {
        const listed = await services.sourceConnections.list(actor, pageRequest(query), query.collection);
        const items = listed.items.map((item) => presentSourceConnectionListItem(item, face));
        return pageReply(listed, items, query);
      },
    }),
    route({
      ...one,
      access,
      method: 'GET',
      operationId: `${face.operationPrefix}get_source_connections__source_connection_id__get`,
      summary: 'Show a source connection',
      returns: { 200: schemas.SourceConnection },
      errors: ['source_connection_not_found'],
      handler: async ({ actor, params, services }) =>
        present(await services.sourceConnections.get(actor, params.source_connection_id), face),
    }),
  ];
}

function deleteRoute(face: Face, { SourceConnection }: AnswerSchemas): RouteDeclaration<Services> {
  return route({
    ...one,
    access: 'source_connections:write',
    method: 'DELETE',
    operationId: `${face.operationPrefix}delete_source_connections__source_connection_id__delete`,
    summary: 'Delete a source connection and all that it read',
    returns: { 200: SourceConnection },
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.sourceConnections.remove(actor, params.source_connection_id), face),
  });
}

export const sourceConnectionRoutes: FaceRoutes = (face) => {
  const schemas = answerSchemas(face);
  return [
    createRoute(face, schemas),
    ...readRoutes(face, schemas),
    updateRoute(face, schemas),
    deleteRoute(face, schemas),
  ];
};
