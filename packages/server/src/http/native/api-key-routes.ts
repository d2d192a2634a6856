import { z } from 'zod';
import type { ApiKey, ApiKeyService } from '../../auth/service.ts';
import { ScopeName } from '../../auth/scopes.ts';
import type { ApiKeyId } from '../../lib/ids.ts';
import { routeFor } from '../route.ts';
import { assignmentsOf, RoleAssignment } from './role-routes.ts';
import { idOf, Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';

const route = routeFor<{ readonly apiKeys: ApiKeyService }>();
const shared = { tag: 'API keys' } as const;
const path = '/api-keys';

const ApiKeyBody = z
  .object({
    id: z.guid(),
    organizationId: z.guid(),
    prefix: z.string().meta({ description: 'The first characters of the key, to tell keys apart.' }),
    name: z.string().meta({ description: 'Whose key it is.' }),
    email: z.string(),
    scopes: z.array(ScopeName),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'Exact to a minute.' }),
    revokedAt: Timestamp.nullable(),
    createdByEmail: z.string(),
    modifiedAt: Timestamp,
    modifiedByEmail: z.string(),
    replacedBy: z.guid().nullable().meta({ description: 'The key that took its place when it was rotated.' }),
  })
  .meta({ id: 'ApiKey' });

const CreatedApiKey = ApiKeyBody.extend({
  key: z.string().meta({ description: 'The key itself. It is shown in this answer only.' }),
}).meta({ id: 'CreatedApiKey' });

const ExpiresInDays = z.int().min(1).max(365);

const NewApiKeyBody = z
  .strictObject({
    name: z.string().trim().min(1).max(100).optional().meta({ description: 'Default: the name of the calling key.' }),
    email: z.email().max(254).optional().meta({ description: 'Default: the email of the calling key.' }),
    scopes: z.array(ScopeName).optional().meta({
      description:
        'What the key may do; never more than the calling key. Default: what that one may do, and nothing where roles are given.',
    }),
    roles: z
      .array(RoleAssignment)
      .max(100)
      .optional()
      .meta({ description: 'Roles that the key gets beside its scopes.' }),
    expiresInDays: ExpiresInDays.nullable().default(90).meta({ description: 'Null: the key does not expire.' }),
  })
  .refine(({ scopes, roles }) => (scopes?.length ?? 1) + (roles?.length ?? 0) > 0, {
    path: ['scopes'],
    error: 'name a scope or a role',
  })
  .meta({ id: 'NewApiKey' });

const RotationBody = z
  .strictObject({
    expiresInDays: ExpiresInDays.nullable()
      .optional()
      .meta({ description: 'Of the new key. Null: never. Default: as long as the old one was made for.' }),
    graceSeconds: z
      .int()
      .min(0)
      .max(2_592_000)
      .default(0)
      .meta({ description: 'Seconds that the old key goes on. 0, the default, ends it at once.' }),
  })
  .meta({ id: 'ApiKeyRotation' });

function present({ ownerName, ownerEmail, ...key }: ApiKey): z.output<typeof ApiKeyBody> {
  return {
    ...key,
    name: ownerName,
    email: ownerEmail,
    scopes: [...key.scopes],
    createdAt: timestamp(key.createdAt),
    expiresAt: timestampOrNull(key.expiresAt),
    lastUsedAt: timestampOrNull(key.lastUsedAt),
    revokedAt: timestampOrNull(key.revokedAt),
    modifiedAt: timestamp(key.modifiedAt),
  };
}

/** API keys of the caller's organization. Not idempotent: a kept answer would keep the key. */
export const apiKeyRoutes = [
  route({
    ...shared,
    method: 'POST',
    path,
    operationId: 'createApiKey',
    summary: 'Make an API key',
    access: 'api_keys:write',
    body: NewApiKeyBody.default({ expiresInDays: 90 }),
    returns: { 201: CreatedApiKey },
    errors: ['role_not_found', 'project_not_found'],
    async handler({ actor, body, services }) {
      const { apiKey, text } = await services.apiKeys.create(actor, {
        ownerName: body.name,
        ownerEmail: body.email,
        scopes: body.scopes ?? (body.roles ? [] : [...actor.scopes]),
        ...(body.roles && { roles: assignmentsOf(body.roles) }),
        expiresInDays: body.expiresInDays,
      });
      return { ...present(apiKey), key: text };
    },
  }),
  route({
    ...shared,
    method: 'GET',
    path,
    operationId: 'listApiKeys',
    summary: 'List API keys, newest first; revoked and expired ones too',
    access: 'api_keys:read',
    query: z.object({
      skip: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    returns: { 200: z.array(ApiKeyBody) },
    errors: [],
    handler: async ({ actor, query, services }) => (await services.apiKeys.list(actor, query)).map(present),
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${path}/:apiKeyId`,
    operationId: 'getApiKey',
    summary: 'Show an API key, without the key itself',
    access: 'api_keys:read',
    params: z.object({ apiKeyId: idOf<ApiKeyId>() }),
    returns: { 200: ApiKeyBody },
    errors: ['api_key_not_found'],
    handler: async ({ actor, params, services }) => present(await services.apiKeys.get(actor, params.apiKeyId)),
  }),
  route({
    ...shared,
    method: 'POST',
    path: `${path}/:apiKeyId/rotate`,
    operationId: 'rotateApiKey',
    summary: 'Make a key that takes the place of another: the same owner, scopes and roles, another id and text',
    access: 'api_keys:write',
    params: z.object({ apiKeyId: idOf<ApiKeyId>() }),
    body: RotationBody.default({ graceSeconds: 0 }),
    returns: { 201: CreatedApiKey },
    errors: ['api_key_not_found', 'api_key_ended'],
    async handler({ actor, params, body, services }) {
      const { apiKey, text } = await services.apiKeys.rotate(actor, params.apiKeyId, body);
      return { ...present(apiKey), key: text };
    },
  }),
  route({
    ...shared,
    method: 'DELETE',
    path: `${path}/:apiKeyId`,
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key; it stops working within a second',
    access: 'api_keys:write',
    params: z.object({ apiKeyId: idOf<ApiKeyId>() }),
    returns: { 200: ApiKeyBody },
    errors: ['api_key_not_found', 'last_api_key'],
    handler: async ({ actor, params, services }) => present(await services.apiKeys.revoke(actor, params.apiKeyId)),
  }),
];
