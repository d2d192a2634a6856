import { z } from 'zod';
import { errors } from '../../errors.ts';
import { Reply } from '../../http/route.ts';
import { sourceTypes } from '../../integration-sources/model.ts';
import { pageReply, pageRequest, PageQuery } from '../../http/paging.ts';
import { IntegrationSource, SourceCreate, SourceUpdate } from './integration-source-schema.ts';
import { route, scopeIds, ScopeQuery, SourceParams, tag } from './humm-route.ts';
import { presentSource } from './present-source.ts';
import { changedReply } from './replies.ts';
import { refuseForeign } from './scope.ts';
import { changeFrom, newSourceFrom } from './source-change.ts';

const read = 'source_connections:read';
const write = 'source_connections:write';

const ListQuery = PageQuery.extend({
  ...scopeIds,
  source_type: z.enum(sourceTypes).optional(),
  connector_type: z.string().optional(),
  is_active: z.stringbool().optional().meta({ type: 'boolean' }),
});

const settingsErrors = [
  'invalid_configuration',
  'connection_label_required',
  'connection_label_taken',
  'system_source_unknown',
  'airbyte_connection_incoherent',
  'description_version_stale',
] as const;

const manyRoutes = [
  route({
    tag,
    access: read,
    method: 'GET',
    path: '',
    operationId: 'list_integration_sources',
    summary: 'List integration sources, newest first',
    description: 'The next page is in the `Link` header.',
    query: ListQuery,
    returns: { 200: z.array(IntegrationSource) },
    errors: [],
    async handler({ actor, query, services }) {
      const { organization_id: organization, source_type: sourceType, connector_type: connectorType } = query;
      if (organization !== undefined && organization !== actor.organizationId) return [];
      const filter = { sourceType, connectorType, isActive: query.is_active };
      const listed = await services.integrationSources.list(actor, pageRequest(query), filter);
      const { is_active: isActive, ...rest } = query;
      const next = { ...rest, ...(isActive !== undefined && { is_active: String(isActive) }) };
      return pageReply(listed, listed.items.map(presentSource), next);
    },
  }),
  route({
    tag,
    access: write,
    method: 'POST',
    path: '',
    operationId: 'create_integration_source',
    summary: 'Create an integration source',
    description:
      'Makes a connection in the project `default`. Credentials are part of `configuration`; settings may be completed later. Without `instance_label` a second source of a connector gets the next free number. With `collection` it is read into that from now on.',
    query: ScopeQuery,
    body: SourceCreate,
    returns: { 201: IntegrationSource },
    errors: [
      'source_not_found',
      'source_type_mismatch',
      'auth_method_unsupported',
      'collection_not_found',
      ...settingsErrors,
      'forbidden',
    ],
    idempotent: true,
    async handler({ actor, body, services }) {
      const { organization_id: organization } = body;
      if (organization && organization !== actor.organizationId)
        throw errors.invalid_request({
          issues: [
            {
              path: ['body', 'organization_id'],
              message: 'Not the organization of this API key; leave it out',
              code: 'foreign_organization',
            },
          ],
        });
      return changedReply(await services.integrationSources.create(actor, newSourceFrom(body)), 201);
    },
  }),
];

const one = { tag, path: '/:source_id', params: SourceParams, query: ScopeQuery } as const;

/** A source as a whole. */
export const sourceRoutes = [
  ...manyRoutes,
  route({
    ...one,
    access: read,
    method: 'GET',
    operationId: 'get_integration_source',
    summary: 'Show an integration source',
    returns: { 200: IntegrationSource },
    errors: ['integration_source_not_found'],
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      return presentSource(await services.integrationSources.get(actor, params.source_id));
    },
  }),
  route({
    ...one,
    access: write,
    method: 'PUT',
    operationId: 'update_integration_source',
    summary: 'Update an integration source',
    description:
      'Changes what is given and keeps the rest. Streams that are selected and that the source was not seen to have are named in the header `x-warnings`, a JSON list.',
    body: SourceUpdate,
    returns: { 200: IntegrationSource },
    errors: ['integration_source_not_found', 'system_source_protected', ...settingsErrors],
    async handler({ actor, params, query, body, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      return changedReply(await services.integrationSources.update(actor, params.source_id, changeFrom(body)), 200);
    },
  }),
  route({
    ...one,
    access: write,
    method: 'DELETE',
    operationId: 'delete_integration_source',
    summary: 'Delete an integration source and all that was read of it',
    returns: { 204: z.undefined() },
    errors: ['integration_source_not_found', 'system_source_protected'],
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      await services.integrationSources.remove(actor, params.source_id);
      return new Reply(undefined, { status: 204 });
    },
  }),
];
