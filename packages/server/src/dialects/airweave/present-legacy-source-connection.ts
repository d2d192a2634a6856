import type { z } from 'zod';
import { mask } from '../../connections/settings.ts';
import type { JobState } from '../../control/schema.ts';
import type { SourceConnectionDetail } from '../../source-connections/model.ts';
import type { StatusAxes } from '../../source-connections/status.ts';
import type { SyncJob } from '../../syncs/model.ts';
import type { Face } from './faces.ts';
import type { LegacySourceConnection } from './legacy-source-connection-schema.ts';
import { statusWord } from './present-source-connection.ts';
import { timestamp, timestampOrNull } from '../../http/wire-values.ts';

type Legacy = z.output<typeof LegacySourceConnection>;

function legacyStatus(axes: StatusAxes): Legacy['status'] {
  const word = statusWord(axes, { pendingJob: 'syncing', needsReauth: 'needs_reauth' });
  if (word === 'syncing') return 'in_progress';
  return word === 'error' || word === 'needs_reauth' ? 'failing' : 'active';
}

function legacyJobStatus(state: JobState, face: Face): NonNullable<Legacy['latest_sync_job_status']> {
  switch (state) {
    case 'running':
    case 'cancelling':
      return 'in_progress';
    case 'cancelled':
    case 'interrupted':
      return face.legacyCancelledJob;
    case 'pending':
    case 'completed':
    case 'failed':
      return state;
  }
}

function jobError(job: SyncJob, face: Face): string | null {
  if (job.error) return job.error.message;
  // Without words a reader of the documented face would look for what failed.
  return job.state !== 'failed' && legacyJobStatus(job.state, face) === 'failed' ? 'The job was cancelled.' : null;
}

function presentLatestJob(job: SyncJob | null, face: Face) {
  return {
    latest_sync_job_status: job && legacyJobStatus(job.state, face),
    latest_sync_job_id: job && job.id,
    latest_sync_job_started_at: timestampOrNull(job?.startedAt ?? null),
    // Documented as null for a job that is still running or failed.
    latest_sync_job_completed_at: job?.state === 'completed' ? timestampOrNull(job.completedAt) : null,
    latest_sync_job_error: job && jobError(job, face),
  };
}

/** The flat body of the older update, field for field; the same words in lower case on both faces. */
export function presentLegacySourceConnection(source: SourceConnectionDetail, face: Face): Legacy {
  return {
    name: source.name,
    short_name: source.shortName,
    id: source.id,
    organization_id: source.organizationId,
    created_at: timestamp(source.createdAt),
    modified_at: timestamp(source.modifiedAt),
    collection: source.collectionReadableId,
    description: source.description,
    config_fields: source.config,
    white_label_id: source.auth.oauthClientId,
    auth_provider: source.auth.provider?.readableId ?? null,
    auth_provider_config: source.auth.provider?.config ?? null,
    sync_id: source.syncId,
    connection_id: source.connectionId,
    created_by_email: source.createdByEmail,
    modified_by_email: source.modifiedByEmail,
    auth_fields: mask,
    status: legacyStatus(source.status),
    ...presentLatestJob(source.lastJob, face),
    cron_schedule: source.schedule.cron,
    next_scheduled_run: timestampOrNull(source.schedule.nextRunAt),
  };
}
