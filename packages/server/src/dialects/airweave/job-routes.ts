import { z } from 'zod';
import { route, type FaceRoutes } from './airweave-route.ts';
import { RunQuery, SourceConnectionJob } from './job-schema.ts';
import { Limit } from '../../http/paging.ts';
import { presentJob } from './present-job.ts';
import { SourceConnectionJobParams, SourceConnectionParams } from './source-connection-schema.ts';

const tag = 'source-connections';
const path = '/source-connections/:source_connection_id';

export const jobRoutes: FaceRoutes = (face) => [
  route({
    tag,
    access: 'syncs:write',
    method: 'POST',
    path: `${path}/run`,
    operationId: `${face.operationPrefix}run_source_connections__source_connection_id__run_post`,
    summary: 'Start a sync',
    params: SourceConnectionParams,
    query: RunQuery,
    returns: { 200: SourceConnectionJob },
    errors: ['source_connection_not_found', 'sync_not_found', 'sync_not_active', 'sync_already_running'],
    idempotent: true,
    handler: async ({ actor, params, query, services }) =>
      presentJob(
        await services.syncs.start(actor, params.source_connection_id, { fullRefresh: query.force_full_sync }),
      ),
  }),
  route({
    tag,
    access: 'syncs:read',
    method: 'GET',
    path: `${path}/jobs`,
    operationId: `${face.operationPrefix}get_source_connection_jobs_source_connections__source_connection_id__jobs_get`,
    summary: 'List the sync jobs of a source connection, newest first',
    params: SourceConnectionParams,
    query: z.object({ limit: Limit }),
    returns: { 200: z.array(SourceConnectionJob) },
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, query, services }) =>
      (await services.syncs.list(actor, params.source_connection_id, query.limit)).map(presentJob),
  }),
  route({
    tag,
    access: 'syncs:read',
    method: 'GET',
    path: `${path}/jobs/:job_id`,
    operationId: `${face.operationPrefix}get_source_connection_job_source_connections__source_connection_id__jobs__job_id__get`,
    summary: 'Show a sync job',
    params: SourceConnectionJobParams,
    returns: { 200: SourceConnectionJob },
    errors: ['source_connection_not_found', 'job_not_found'],
    handler: async ({ actor, params, services }) =>
      presentJob(await services.syncs.get(actor, params.source_connection_id, params.job_id)),
  }),
  route({
    tag,
    access: 'syncs:write',
    method: 'POST',
    path: `${path}/jobs/:job_id/cancel`,
    operationId: `${face.operationPrefix}cancel_job_source_connections__source_connection_id__jobs__job_id__cancel_post`,
    summary: 'Cancel a sync job',
    params: SourceConnectionJobParams,
    returns: { 200: SourceConnectionJob },
    errors: ['source_connection_not_found', 'job_not_found', 'job_not_cancellable'],
    handler: async ({ actor, params, services }) =>
      presentJob(await services.syncs.cancel(actor, params.source_connection_id, params.job_id)),
  }),
];
