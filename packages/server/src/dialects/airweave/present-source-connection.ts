import type {
  Authentication,
  EntityTypeCount,
  Schedule,
  SourceConnection,
  SourceConnectionDetail,
  SourceConnectionListItem,
} from '../../source-connections/model.ts';
import type { StatusAxes } from '../../source-connections/status.ts';
import type { Json } from '@tributary/connectors/kit/json';
import type { Face } from './faces.ts';
import { presentJobDetails } from './present-job.ts';
import type { SourceConnectionBody, SourceConnectionListItemBody, StatusWord } from './source-connection-schema.ts';
import { timestamp, timestampOrNull } from '../../http/wire-values.ts';

/** The one word that this API has for the four axes, in lower case. */
export function statusWord(axes: StatusAxes, face: Pick<Face, 'pendingJob' | 'needsReauth'>): StatusWord {
  if (axes.setup === 'pending_auth') return 'pending_auth';
  if (axes.mode === 'off') return 'inactive';
  if (axes.run === 'running' || axes.run === 'cancelling') return 'syncing';
  if (axes.run === 'pending') return face.pendingJob;
  if (axes.setup === 'needs_reauth') return face.needsReauth;
  return axes.freshness === 'failed' ? 'error' : 'active';
}

function presentStatus(axes: StatusAxes, face: Face): SourceConnectionBody['status'] {
  const word = statusWord(axes, face);
  return face.statusCase === 'upper' ? word.toUpperCase() : word;
}

function presentSchedule(schedule: Schedule, cursorValue: Json): SourceConnectionBody['schedule'] {
  const { cron, continuous, cursorField } = schedule;
  if (cron === null && !continuous && cursorField === null) return null;
  return {
    cron,
    timezone: schedule.timezone,
    next_run: timestampOrNull(schedule.nextRunAt),
    continuous,
    cursor_field: cursorField,
    cursor_value: cursorValue as NonNullable<SourceConnectionBody['schedule']>['cursor_value'],
  };
}

function presentEntities(types: readonly EntityTypeCount[]): SourceConnectionBody['entities'] {
  return {
    total_entities: types.reduce((sum, type) => sum + type.count, 0),
    by_type: Object.fromEntries(
      types.map((type) => [type.entityType, { count: type.count, last_updated: timestampOrNull(type.lastChangedAt) }]),
    ),
  };
}

function presentShared(source: SourceConnection, face: Face) {
  return {
    id: source.id,
    name: source.name,
    short_name: source.shortName,
    readable_collection_id: source.collectionReadableId,
    status: presentStatus(source.status, face),
    created_at: timestamp(source.createdAt),
    modified_at: timestamp(source.modifiedAt),
    federated_search: false,
  };
}

function presentAuthentication({ method, authenticatedAt, provider, link }: Authentication, face: Face) {
  return {
    method,
    authenticated: authenticatedAt !== null,
    ...(authenticatedAt !== null && { authenticated_at: timestamp(authenticatedAt) }),
    ...(provider && { provider_readable_id: provider.readableId, provider_id: provider.id }),
    ...(link && {
      auth_url: `${link.publicUrl}${face.prefix}/source-connections/authorize/${link.code}`,
      auth_url_expires: timestamp(link.expiresAt),
      ...(link.redirectUrl !== null && { redirect_url: link.redirectUrl }),
      claim_token: link.claimToken,
    }),
  };
}

/** Keys of `auth` that do not apply are absent, as in the published examples; the other nullable ones are null. */
export function presentSourceConnection(source: SourceConnectionDetail, face: Face): SourceConnectionBody {
  const { auth, runs, lastJob, syncId } = source;
  return {
    ...presentShared(source, face),
    organization_id: source.organizationId,
    auth: presentAuthentication(auth, face),
    description: source.description,
    config: source.config,
    schedule: presentSchedule(source.schedule, source.cursorValue),
    sync:
      syncId === null
        ? null
        : {
            total_runs: runs.total,
            successful_runs: runs.successful,
            failed_runs: runs.failed,
            last_job: lastJob && presentJobDetails(lastJob),
          },
    sync_id: syncId,
    entities: syncId === null ? null : presentEntities(source.entities),
  };
}

export function presentSourceConnectionListItem(
  source: SourceConnectionListItem,
  face: Face,
): SourceConnectionListItemBody {
  return {
    ...presentShared(source, face),
    is_authenticated: source.auth.authenticatedAt !== null,
    entity_count: source.entityCount,
    auth_method: source.auth.method,
  };
}
