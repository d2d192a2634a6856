import { z } from 'zod';
import { route, type FaceRoutes } from './airweave-route.ts';
import {
  AuthProvider,
  AuthProviderConnection,
  AuthProviderConnectionCreate,
  AuthProviderConnectionUpdate,
  AuthProviderKindParams,
  AuthProviderListQuery,
  AuthProviderParams,
} from './auth-provider-schema.ts';
import { presentAuthProvider, presentAuthProviderKind } from './present-auth-provider.ts';

const read = { tag: 'auth-providers', method: 'GET', access: 'organization:read' } as const;
const write = { tag: 'auth-providers', access: 'organization:write' } as const;
const one = { params: AuthProviderParams, returns: { 200: AuthProviderConnection } } as const;

const keyErrors = [
  'invalid_auth_provider_fields',
  'auth_provider_refused',
  'auth_provider_unreachable',
  'auth_provider_rate_limited',
  'host_access_refused',
] as const;

const kindRoutes: FaceRoutes = (face) => [
  route({
    ...read,
    path: '/auth-providers/list',
    operationId: `${face.operationPrefix}list_auth_providers_list_get`,
    summary: 'List the kinds of auth providers that can be connected',
    returns: { 200: z.array(AuthProvider) },
    errors: [],
    handler: ({ services }) => services.authProviders.kinds().map(presentAuthProviderKind),
  }),
  route({
    ...read,
    path: '/auth-providers/detail/:short_name',
    operationId: `${face.operationPrefix}get_auth_providers_detail__short_name__get`,
    summary: 'Show a kind of auth provider and the fields that it asks for',
    params: AuthProviderKindParams,
    returns: { 200: AuthProvider },
    errors: ['auth_provider_kind_not_found'],
    handler: ({ params, services }) => presentAuthProviderKind(services.authProviders.kind(params.short_name)),
  }),
];

const readRoutes: FaceRoutes = (face) => [
  route({
    ...read,
    path: '/auth-providers/connections',
    operationId: `${face.operationPrefix}list_auth_providers_connections_get`,
    summary: 'List the connected auth providers, newest first',
    query: AuthProviderListQuery,
    returns: { 200: z.array(AuthProviderConnection) },
    errors: [],
    handler: async ({ actor, query, services }) =>
      (await services.authProviders.list(actor, query)).map(presentAuthProvider),
  }),
  route({
    ...read,
    ...one,
    path: '/auth-providers/connections/:readable_id',
    operationId: `${face.operationPrefix}get_auth_providers_connections__readable_id__get`,
    summary: 'Show a connected auth provider',
    errors: ['auth_provider_not_found'],
    handler: async ({ actor, params, services }) =>
      presentAuthProvider(await services.authProviders.get(actor, params.readable_id)),
  }),
];

const writeRoutes: FaceRoutes = (face) => [
  route({
    ...write,
    method: 'POST',
    path: '/auth-providers',
    operationId: `${face.operationPrefix}create_auth_providers_post`,
    summary: 'Connect an auth provider',
    description: 'The key is proven by a live call before it is stored.',
    body: AuthProviderConnectionCreate,
    returns: { 200: AuthProviderConnection },
    errors: ['auth_provider_exists', ...keyErrors],
    idempotent: true,
    handler: async ({ actor, body, services }) =>
      presentAuthProvider(
        await services.authProviders.create(actor, {
          name: body.name,
          readableId: body.readable_id ?? null,
          description: body.description ?? null,
          kind: body.short_name,
          key: body.auth_fields ?? {},
        }),
      ),
  }),
  route({
    ...write,
    ...one,
    method: 'PUT',
    path: '/auth-providers/:readable_id',
    operationId: `${face.operationPrefix}update_auth_providers__readable_id__put`,
    summary: 'Change a connected auth provider',
    description: 'Only the fields given change. A new key counts for all connections at once.',
    body: AuthProviderConnectionUpdate,
    errors: ['auth_provider_not_found', ...keyErrors],
    async handler({ actor, params, body, services }) {
      const change = {
        ...(body.name && { name: body.name }),
        ...(body.description !== undefined && { description: body.description }),
        ...(body.auth_fields && { key: body.auth_fields }),
      };
      return presentAuthProvider(await services.authProviders.update(actor, params.readable_id, change));
    },
  }),
  route({
    ...write,
    ...one,
    method: 'DELETE',
    path: '/auth-providers/:readable_id',
    operationId: `${face.operationPrefix}delete_auth_providers__readable_id__delete`,
    summary: 'Disconnect an auth provider that no connection uses',
    errors: ['auth_provider_not_found', 'auth_provider_in_use'],
    handler: async ({ actor, params, services }) =>
      presentAuthProvider(await services.authProviders.remove(actor, params.readable_id)),
  }),
];

export const authProviderRoutes: FaceRoutes = (face) => [
  ...kindRoutes(face),
  ...readRoutes(face),
  ...writeRoutes(face),
];
