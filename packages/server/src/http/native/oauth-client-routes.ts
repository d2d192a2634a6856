import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { OwnClient, OwnClients } from '../../auth/oauth/own-clients.ts';
import { mask } from '../../connections/settings.ts';
import type { OAuthClientId } from '../../lib/ids.ts';
import { routeFor } from '../route.ts';
import { idOf, Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly oauthClients: OwnClients }>();
const shared = { tag: 'OAuth clients' } as const;
const path = '/oauth-clients';
const one = { ...shared, path: `${path}/:oauthClientId`, params: z.object({ oauthClientId: idOf<OAuthClientId>() }) };

const Name = z.string().trim().min(1).max(100);
const ClientSecret = z
  .string()
  .min(1)
  .max(4096)
  .transform((text) => new Secret(text));

const OAuthClientBody = z
  .object({
    id: z.guid().meta({ description: 'The `white_label_id` of the Airweave dialect.' }),
    organizationId: z.guid(),
    name: z.string(),
    shortName: z.string().meta({ description: 'The source that it is for.' }),
    clientId: z.string(),
    clientSecret: z.literal(mask).meta({ description: 'Sealed, and never shown.' }),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'OAuthClient' });

const NewOAuthClient = z
  .strictObject({
    name: Name,
    shortName: z.string().meta({ description: 'A source that takes OAuth.' }),
    clientId: z.string().trim().min(1).max(512),
    clientSecret: ClientSecret.optional().meta({ description: 'Absent for a public client.' }),
  })
  .meta({ id: 'NewOAuthClient' });

const OAuthClientChange = z
  .strictObject({
    name: Name.optional(),
    clientSecret: ClientSecret.optional().meta({ description: 'A new secret of the same client.' }),
  })
  .refine((given) => Object.keys(given).length > 0, 'At least one field must be provided for update')
  .meta({ id: 'OAuthClientChange' });

function present(client: OwnClient): z.output<typeof OAuthClientBody> {
  return {
    id: client.id,
    organizationId: client.organization_id,
    name: client.name,
    shortName: client.connector,
    clientId: client.client_id,
    clientSecret: mask,
    createdAt: timestamp(client.created_at),
    modifiedAt: timestamp(client.modified_at),
    createdByEmail: client.created_by_email,
    modifiedByEmail: client.modified_by_email,
  };
}

/** An organization's own clients at providers: white labels. Tokens belong to a client, so its public id never changes. */
export const oauthClientRoutes = [
  route({
    ...shared,
    method: 'POST',
    path,
    operationId: 'createOAuthClient',
    summary: 'Add an OAuth client of your own for a source; new connections use the newest',
    access: 'source_connections:write',
    body: NewOAuthClient,
    returns: { 201: OAuthClientBody },
    errors: ['source_not_found', 'auth_method_unsupported'],
    handler: async ({ actor, body, services }) =>
      present(
        await services.oauthClients.create(actor, {
          name: body.name,
          source: body.shortName,
          clientId: body.clientId,
          clientSecret: body.clientSecret,
        }),
      ),
  }),
  route({
    ...shared,
    method: 'GET',
    path,
    operationId: 'listOAuthClients',
    summary: 'List OAuth clients, newest first',
    access: 'source_connections:read',
    returns: { 200: z.array(OAuthClientBody) },
    errors: [],
    handler: async ({ actor, services }) => (await services.oauthClients.list(actor)).map(present),
  }),
  route({
    ...one,
    method: 'GET',
    operationId: 'getOAuthClient',
    summary: 'Show an OAuth client, without its secret',
    access: 'source_connections:read',
    returns: { 200: OAuthClientBody },
    errors: ['oauth_client_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.oauthClients.get(actor, params.oauthClientId)),
  }),
  route({
    ...one,
    method: 'PATCH',
    operationId: 'changeOAuthClient',
    summary: 'Rename an OAuth client, or give it a new secret',
    access: 'source_connections:write',
    body: OAuthClientChange,
    returns: { 200: OAuthClientBody },
    errors: ['oauth_client_not_found'],
    handler: async ({ actor, params, body, services }) =>
      present(
        await services.oauthClients.change(actor, params.oauthClientId, {
          ...(body.name !== undefined && { name: body.name }),
          ...(body.clientSecret && { clientSecret: body.clientSecret }),
        }),
      ),
  }),
  route({
    ...one,
    method: 'DELETE',
    operationId: 'deleteOAuthClient',
    summary: 'Delete an OAuth client that no connection was made with',
    access: 'source_connections:write',
    returns: { 200: OAuthClientBody },
    errors: ['oauth_client_not_found', 'oauth_client_in_use'],
    handler: async ({ actor, params, services }) =>
      present(await services.oauthClients.remove(actor, params.oauthClientId)),
  }),
];
