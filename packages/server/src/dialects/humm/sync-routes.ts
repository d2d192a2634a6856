import { z } from 'zod';
import { Reply } from '../../http/route.ts';
import { Limit } from '../../http/paging.ts';
import { route, ScopeQuery, SourceParams, tag } from './humm-route.ts';
import { IntegrationSource, SelectionUpdate, SourceJob, SourceStream } from './integration-source-schema.ts';
import { presentJob, presentSource, presentStream } from './present-source.ts';
import { changedReply, inHeader } from './replies.ts';
import { refuseForeign } from './scope.ts';

const one = { tag, params: SourceParams, query: ScopeQuery } as const;

/** What a live call to a source may end in. */
export const sourceErrors = [
  'integration_source_not_found',
  'credentials_refused',
  'source_check_failed',
  'source_unreachable',
  'source_rate_limited',
  'host_access_refused',
] as const;

const SyncRequest = z.object({
  collection: z.string().min(1).optional().describe('Readable id; for a source that is not read yet.'),
  full_refresh: z.boolean().default(false),
});

const streamRoutes = [
  route({
    ...one,
    access: 'source_connections:write',
    method: 'POST',
    path: '/:source_id/test',
    operationId: 'test_integration_source',
    summary: 'Ask the source, and keep how that went',
    description:
      'Answers the resource with `connection_status` and `last_connection_test`; what to change is in the header `x-connection-problem`, a JSON text.',
    returns: { 200: IntegrationSource },
    errors: ['integration_source_not_found'],
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      const { source, problem } = await services.integrationSources.test(actor, params.source_id);
      return new Reply(presentSource(source), {
        headers: problem === null ? {} : { 'x-connection-problem': inHeader(problem) },
      });
    },
  }),
  route({
    ...one,
    access: 'source_connections:read',
    method: 'GET',
    path: '/:source_id/streams',
    operationId: 'list_integration_source_streams',
    summary: 'Ask the source for its streams: fields, types, keys, and how each can be read',
    returns: { 200: z.array(SourceStream) },
    errors: sourceErrors,
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      return (await services.integrationSources.streams(actor, params.source_id)).map(presentStream);
    },
  }),
  route({
    ...one,
    access: 'source_connections:write',
    method: 'PUT',
    path: '/:source_id/streams',
    operationId: 'select_integration_source_streams',
    summary: 'Select the streams that are read',
    body: SelectionUpdate,
    returns: { 200: IntegrationSource },
    errors: ['integration_source_not_found', 'system_source_protected'],
    async handler({ actor, params, query, body, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      const change = { selectedStreams: body.selected_streams };
      return changedReply(await services.integrationSources.update(actor, params.source_id, change), 200);
    },
  }),
];

/** Whether a source can be asked, what of it is read, and when it was. */
export const syncRoutes = [
  ...streamRoutes,
  route({
    ...one,
    access: 'syncs:write',
    method: 'POST',
    path: '/:source_id/sync',
    operationId: 'sync_integration_source',
    summary: 'Start a sync of everything that reads the source',
    description: 'A source that is not read yet is read into `collection` from now on.',
    body: SyncRequest.default({ full_refresh: false }),
    returns: { 202: IntegrationSource },
    errors: [
      'integration_source_not_found',
      'integration_source_not_synced',
      'collection_not_found',
      'invalid_configuration',
      'sync_already_running',
      'sync_not_active',
      'sync_not_found',
    ],
    async handler({ actor, params, query, body, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      const input = { fullRefresh: body.full_refresh, collection: body.collection };
      const source = await services.integrationSources.sync(actor, params.source_id, input);
      return new Reply(presentSource(source), { status: 202 });
    },
  }),
  route({
    ...one,
    access: 'syncs:read',
    method: 'GET',
    path: '/:source_id/jobs',
    operationId: 'list_integration_source_jobs',
    summary: 'List the sync jobs of a source, newest first',
    query: ScopeQuery.extend({ limit: Limit }),
    returns: { 200: z.array(SourceJob) },
    errors: ['integration_source_not_found'],
    async handler({ actor, params, query, services }) {
      await refuseForeign(services, actor, params.source_id, query);
      const jobs = await services.integrationSources.jobs(actor, params.source_id, query.limit);
      return jobs.map((job) => presentJob(params.source_id, job));
    },
  }),
];
