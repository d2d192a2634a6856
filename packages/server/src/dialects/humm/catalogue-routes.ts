import { z } from 'zod';
import { Reply } from '../../http/route.ts';
import {
  IntegrationSourceParams,
  RelationshipParams,
  route,
  scopeIds,
  ScopeQuery,
  SourceParams,
  tag,
} from './humm-route.ts';
import {
  DatabaseCreate,
  IntegrationSource,
  Relationship,
  RelationshipFilter,
  RelationshipUpdate,
  SourceColumn,
  SourceDatabase,
} from './integration-source-schema.ts';
import { presentColumn, presentDatabase, presentRelationship, presentSource } from './present-source.ts';
import { refuseForeign } from './scope.ts';
import { sourceErrors } from './sync-routes.ts';

const read = 'source_connections:read';
const write = 'source_connections:write';
const one = { tag, params: SourceParams, query: ScopeQuery } as const;
const { integration_source_id: _, ...besideIntegrationSource } = scopeIds;

const relationshipRoutes = [
  route({
    tag,
    access: read,
    method: 'GET',
    path: '/:integration_source_id/relationships',
    operationId: 'list_integration_source_relationships',
    summary: 'Ask a database how its tables point to each other: what it declares, and what names and types suggest',
    params: IntegrationSourceParams,
    query: z.object({ ...besideIntegrationSource, ...RelationshipFilter }),
    returns: { 200: z.array(Relationship) },
    errors: sourceErrors,
    async handler({ actor, params, query, services }) {
      const id = params.integration_source_id;
      await refuseForeign(services, actor, id, query);
      const wanted = { status: query.status, kind: query.type };
      return (await services.integrationSources.relationships(actor, id, wanted)).map(presentRelationship);
    },
  }),
  route({
    tag,
    access: write,
    method: 'PUT',
    path: '/relationships/:relationship_id',
    operationId: 'update_integration_source_relationship',
    summary: 'Decide about a relationship',
    params: RelationshipParams,
    query: z.object(scopeIds),
    body: RelationshipUpdate,
    returns: { 200: Relationship },
    errors: ['relationship_not_found', 'integration_source_not_found'],
    async handler({ actor, params, query, body, services }) {
      if (query.source_id !== undefined) await services.integrationSources.get(actor, query.source_id as never);
      return presentRelationship(
        await services.integrationSources.changeRelationship(actor, params.relationship_id, body),
      );
    },
  }),
];

/** What is known of a source's content, and who says so. */
export const catalogueRoutes = [
  route({
    ...one,
    access: write,
    method: 'POST',
    path: '/:source_id/description/generate',
    operationId: 'generate_integration_source_description',
    summary: 'Describe the source by its schema',
    description:
      'By the language model that the operator has named (`ai_generated`; only names of streams and fields go there), else from the schema alone (`information_schema`, `imported`).',
    returns: { 200: IntegrationSource },
    errors: [...sourceErrors, 'language_model_failed'],
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      return presentSource(await services.integrationSources.describe(actor, params.source_id));
    },
  }),
  route({
    ...one,
    access: read,
    method: 'GET',
    path: '/:source_id/columns',
    operationId: 'list_all_integration_source_columns',
    summary: 'Ask the source for its columns, and tell what their first rows look like',
    query: ScopeQuery.extend({
      active_only: z
        .stringbool()
        .default(false)
        .meta({ type: 'boolean', description: 'Only of streams that are selected.' }),
    }),
    returns: { 200: z.array(SourceColumn) },
    errors: sourceErrors,
    async handler({ actor, params, query, services }) {
      const id = params.source_id;
      await refuseForeign(services, actor, id, query);
      const columns = await services.integrationSources.columns(actor, id, { activeOnly: query.active_only });
      return columns.map((column) => presentColumn(id, column));
    },
  }),
  route({
    ...one,
    access: write,
    method: 'POST',
    path: '/:source_id/databases',
    operationId: 'create_integration_source_database',
    summary: 'Name a database of the source, to describe it by itself',
    body: DatabaseCreate,
    returns: { 201: SourceDatabase },
    errors: ['integration_source_not_found', 'integration_database_exists'],
    async handler({ actor, params, query, body, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      const made = await services.integrationSources.addDatabase(actor, params.source_id, {
        name: body.name,
        description: body.description,
        descriptionSource: body.description_source,
        descriptionGeneratedAt: body.description_generated_at,
        isActive: body.is_active,
        priority: body.priority,
      });
      return new Reply(presentDatabase(made), { status: 201 });
    },
  }),
  ...relationshipRoutes,
];
