import { z } from 'zod';
import { idOf, Timestamp, Uuid } from '../../http/wire-values.ts';
import type { JobId } from '../../lib/ids.ts';

export const SyncJobStatus = z
  .enum(['created', 'pending', 'running', 'completed', 'failed', 'cancelling', 'cancelled'])
  .meta({ id: 'SyncJobStatus' });

const jobFields = {
  id: Uuid,
  status: SyncJobStatus,
  started_at: Timestamp.nullable(),
  completed_at: Timestamp.nullable(),
  duration_seconds: z.number().nullable(),
  entities_inserted: z.int(),
  entities_updated: z.int(),
  entities_deleted: z.int(),
  entities_failed: z.int(),
  error: z.string().nullable(),
};

export const SyncJobDetails = z.object(jobFields).meta({ id: 'SyncJobDetails' });

export const SourceConnectionJob = z
  .object({
    ...jobFields,
    source_connection_id: Uuid,
    error_details: z
      .object({ code: z.string(), category: z.string().nullable() })
      .nullable()
      .describe('The code of the error, and its category when the credential is the reason.'),
  })
  .meta({ id: 'SourceConnectionJob' });

export const JobParams = z.object({ job_id: idOf<JobId>() });

export const RunQuery = z.object({
  force_full_sync: z.stringbool().default(false).describe('Forget the cursors and read everything again.'),
});
