import { z } from 'zod';
import type { ApiKey as ApiKeyModel } from '../../auth/service.ts';
import { errors } from '../../errors.ts';
import { idOf, Timestamp, timestamp, timestampOrNull, Uuid } from '../../http/wire-values.ts';
import type { ApiKeyId } from '../../lib/ids.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { Limit } from '../../http/paging.ts';

const read = { tag: 'api-keys', access: 'api_keys:read' } as const;
const write = { tag: 'api-keys', access: 'api_keys:write' } as const;

const ApiKey = z
  .object({
    id: Uuid,
    organization_id: Uuid,
    created_at: Timestamp,
    modified_at: Timestamp,
    last_used_date: Timestamp.nullable(),
    expiration_date: Timestamp.nullable().describe('Null: the key does not expire.'),
    created_by_email: z.string().nullable(),
    modified_by_email: z.string().nullable(),
    decrypted_key: z
      .string()
      .nullable()
      .describe('The key itself, in the answers that make one. It is not kept, so every other answer has null.'),
  })
  .meta({ id: 'APIKey' });

const ExpirationDays = z.int().min(1).max(365).describe('Days until the key expires.');

const ApiKeyCreate = z
  .object({ expiration_days: ExpirationDays.nullish().describe('Default: 90.') })
  .meta({ id: 'APIKeyCreate' });

const ApiKeyRotate = z
  .object({
    expiration_days: ExpirationDays.nullish().describe('Of the new key. Default: as long as the old one was made for.'),
    grace_period_seconds: z
      .int()
      .min(0)
      .max(2_592_000)
      .nullish()
      .describe('Seconds that the old key goes on. Default: 0, it ends at once.'),
  })
  .meta({ id: 'APIKeyRotate' });

const Params = z.object({ id: idOf<ApiKeyId>() });

function present(key: ApiKeyModel, text: string | null = null): z.output<typeof ApiKey> {
  return {
    id: key.id,
    organization_id: key.organizationId,
    created_at: timestamp(key.createdAt),
    modified_at: timestamp(key.modifiedAt),
    last_used_date: timestampOrNull(key.lastUsedAt),
    expiration_date: timestampOrNull(key.expiresAt),
    created_by_email: key.createdByEmail,
    modified_by_email: key.modifiedByEmail,
    decrypted_key: text,
  };
}

const listRoutes: FaceRoutes = (face) => [
  route({
    ...write,
    method: 'POST',
    path: '/api-keys',
    operationId: `${face.operationPrefix}create_api_key_api_keys_post`,
    summary: 'Make an API key that may do what the calling one may',
    body: ApiKeyCreate.default({}),
    returns: { 200: ApiKey },
    errors: [],
    async handler({ actor, body, services }) {
      const { apiKey, text } = await services.apiKeys.create(actor, {
        scopes: [...actor.scopes],
        expiresInDays: body.expiration_days ?? 90,
      });
      return present(apiKey, text);
    },
  }),
  route({
    ...read,
    method: 'GET',
    path: '/api-keys',
    operationId: `${face.operationPrefix}read_api_keys_api_keys_get`,
    summary: 'List API keys, newest first',
    query: z.object({ skip: z.coerce.number().int().min(0).default(0), limit: Limit }),
    returns: { 200: z.array(ApiKey) },
    errors: [],
    handler: async ({ actor, query, services }) =>
      (await services.apiKeys.list(actor, { ...query, hideRevoked: true })).map((key) => present(key)),
  }),
];

const keyRoutes: FaceRoutes = (face) => [
  route({
    ...read,
    method: 'GET',
    path: '/api-keys/:id',
    operationId: `${face.operationPrefix}read_api_key_api_keys__id__get`,
    summary: 'Show an API key, without the key itself',
    params: Params,
    returns: { 200: ApiKey },
    errors: ['api_key_not_found'],
    async handler({ actor, params, services }) {
      const key = await services.apiKeys.get(actor, params.id);
      // Revoking is deleting here.
      if (key.revokedAt !== null) throw errors.api_key_not_found({ id: params.id });
      return present(key);
    },
  }),
  route({
    ...write,
    method: 'POST',
    path: '/api-keys/:id/rotate',
    operationId: `${face.operationPrefix}rotate_api_key_api_keys__id__rotate_post`,
    summary: 'Make a key that takes the place of another',
    params: Params,
    body: ApiKeyRotate.default({}),
    returns: { 200: ApiKey },
    errors: ['api_key_not_found', 'api_key_ended'],
    async handler({ actor, params, body, services }) {
      const { apiKey, text } = await services.apiKeys.rotate(actor, params.id, {
        ...(typeof body.expiration_days === 'number' && { expiresInDays: body.expiration_days }),
        graceSeconds: body.grace_period_seconds ?? 0,
      });
      return present(apiKey, text);
    },
  }),
  route({
    ...write,
    method: 'DELETE',
    path: '/api-keys',
    operationId: `${face.operationPrefix}delete_api_key_api_keys_delete`,
    summary: 'Delete an API key; it stops working within a second',
    query: Params,
    returns: { 200: ApiKey },
    errors: ['api_key_not_found', 'last_api_key'],
    handler: async ({ actor, query, services }) => present(await services.apiKeys.revoke(actor, query.id)),
  }),
];

/** Keys of the caller's organization. Who has the scopes manages them with a key: there are no other sessions here. */
export const apiKeyRoutes: FaceRoutes = (face) => [...listRoutes(face), ...keyRoutes(face)];
