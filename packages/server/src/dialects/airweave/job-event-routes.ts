import { z } from 'zod';
import type { Actor } from '../../auth/actor.ts';
import type { ServerEvent } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { SyncJob } from '../../syncs/model.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { JobParams } from './job-schema.ts';
import { presentProgress, presentState, presentSyncComplete } from './present-job-event.ts';

const shared = {
  tag: 'source-connections',
  access: 'syncs:read',
  params: JobParams,
  query: z.object({
    last_event_id: z.coerce
      .number()
      .int()
      .min(-1)
      .optional()
      .describe('Begins after this event; for readers that cannot set `Last-Event-ID`.'),
  }),
  returns: { 200: 'event-stream' },
  errors: ['job_not_found'],
} as const;

/** The sequence after which the reader goes on; -1 gives everything. The header is newer than the address. */
function afterSequence(header: string | undefined, query: number | undefined): number {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : (query ?? -1);
}

interface Follow {
  readonly services: Services;
  readonly actor: Actor;
  readonly job: SyncJob;
  readonly after: number;
  readonly signal: AbortSignal;
}

async function* progressEvents({ services, actor, job, after, signal }: Follow): AsyncGenerator<ServerEvent> {
  yield { data: { type: 'connected', job_id: job.id } };
  for await (const event of services.syncs.follow(actor, job.id, after, signal)) {
    yield { id: String(event.sequence), data: presentProgress(event) };
  }
}

async function* stateEvents({ services, actor, job, after, signal }: Follow): AsyncGenerator<ServerEvent> {
  yield { data: { type: 'connected', job_id: job.id } };
  for await (const event of services.syncs.follow(actor, job.id, after, signal)) {
    const id = String(event.sequence);
    const complete = presentSyncComplete(event);
    // The last of a pair carries the id: a reader that was cut off between the two gets both again.
    yield { ...(!complete && { id }), data: presentState(job, event) };
    if (complete) yield { id, data: complete };
  }
}

export const jobEventRoutes: FaceRoutes = (face) => [
  route({
    ...shared,
    method: 'GET',
    path: '/sync/job/:job_id/subscribe',
    operationId: `${face.operationPrefix}subscribe_sync_job_sync_job__job_id__subscribe_get`,
    summary: 'Follow the progress of a sync job',
    description: 'Events have ids, so a reader that comes back with `Last-Event-ID` misses nothing.',
    async handler({ actor, params, query, headers, services, signal }) {
      const job = await services.syncs.find(actor, params.job_id);
      const after = afterSequence(headers['last-event-id'], query.last_event_id);
      return progressEvents({ services, actor, job, after, signal });
    },
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/sync/job/:job_id/subscribe-state',
    operationId: `${face.operationPrefix}subscribe_entity_state_sync_job__job_id__subscribe_state_get`,
    summary: 'Follow the totals of a sync job by record type',
    async handler({ actor, params, query, headers, services, signal }) {
      const job = await services.syncs.find(actor, params.job_id);
      const after = afterSequence(headers['last-event-id'], query.last_event_id);
      return stateEvents({ services, actor, job, after, signal });
    },
  }),
];
