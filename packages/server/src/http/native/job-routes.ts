import { z } from 'zod';
import type { Actor } from '../../auth/actor.ts';
import type { JobId } from '../../lib/ids.ts';
import type { Services } from '../../services.ts';
import type { ServerEvent } from '../route.ts';
import { timestamp } from '../wire-values.ts';
import { Job, presentFailure, presentJob, RecordFailure } from './job-schema.ts';
import { JobParams, route, SourceConnectionParams } from './native-route.ts';

const shared = { tag: 'Jobs', access: 'syncs:read', method: 'GET' } as const;
const path = '/source-connections/:sourceConnectionId/jobs';
const Limit = z.coerce.number().int().min(1).max(1000).default(100);

async function* jobEvents(
  services: Services,
  actor: Actor,
  jobId: JobId,
  reader: { readonly after: number; readonly signal: AbortSignal },
): AsyncGenerator<ServerEvent> {
  for await (const event of services.syncs.follow(actor, jobId, reader.after, reader.signal)) {
    const { sequence, kind, at, ...data } = event;
    yield { id: String(sequence), event: kind, data: { ...data, at: timestamp(at) } };
  }
}

/** Jobs with every figure that the service keeps, and the records that failed. */
export const jobRoutes = [
  route({
    ...shared,
    path,
    operationId: 'listJobs',
    summary: 'List the jobs of a source connection, newest first',
    params: SourceConnectionParams,
    query: z.object({ limit: Limit }),
    returns: { 200: z.array(Job) },
    errors: ['source_connection_not_found'],
    handler: async ({ actor, params, query, services }) =>
      (await services.syncs.list(actor, params.sourceConnectionId, query.limit)).map(presentJob),
  }),
  route({
    ...shared,
    path: `${path}/:jobId`,
    operationId: 'getJob',
    summary: 'Show a job',
    params: JobParams,
    returns: { 200: Job },
    errors: ['source_connection_not_found', 'job_not_found'],
    handler: async ({ actor, params, services }) =>
      presentJob(await services.syncs.get(actor, params.sourceConnectionId, params.jobId)),
  }),
  route({
    ...shared,
    path: `${path}/:jobId/failures`,
    operationId: 'listJobFailures',
    summary: 'List the records that a job could not store',
    params: JobParams,
    query: z.object({ skip: z.coerce.number().int().min(0).default(0), limit: Limit }),
    returns: { 200: z.array(RecordFailure) },
    errors: ['source_connection_not_found', 'job_not_found'],
    handler: async ({ actor, params, query, services }) =>
      (await services.syncs.listFailures(actor, params.sourceConnectionId, params.jobId, query)).map(presentFailure),
  }),
  route({
    ...shared,
    path: `${path}/:jobId/events`,
    operationId: 'followJob',
    summary: 'Follow a job; `Last-Event-ID` goes on where a reader stopped',
    params: JobParams,
    returns: { 200: 'event-stream' },
    errors: ['source_connection_not_found', 'job_not_found'],
    async handler({ actor, params, headers, services, signal }) {
      await services.syncs.get(actor, params.sourceConnectionId, params.jobId);
      const after = /^\d{1,15}$/.test(headers['last-event-id'] ?? '') ? Number(headers['last-event-id']) : -1;
      return jobEvents(services, actor, params.jobId, { after, signal });
    },
  }),
];
