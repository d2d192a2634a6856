import { z } from 'zod';
import { JsonMap, Timestamp, Uuid } from '../../http/wire-values.ts';
import { text } from './text-schema.ts';
import { mask } from '../../connections/settings.ts';

/** The flat body of the older update. It is partial: what is left out stays. */
export const LegacySourceConnectionUpdate = z
  .object({
    name: text({ min: 4, max: 42 }).nullable().optional().describe('null gives the default name.'),
    description: text({ max: 255 }).nullable().optional(),
    auth_fields: z
      .union([JsonMap, z.literal(mask)], { error: `Should be an object of credentials, or '${mask}' to keep them` })
      .nullable()
      .optional(),
    config_fields: JsonMap.nullable().optional(),
    cron_schedule: z.string().nullable().optional().describe('null ends automatic syncing.'),
    connection_id: Uuid.nullable().optional().describe('Managed by the system; taken only when it is the stored one.'),
    white_label_id: Uuid.nullable().optional().describe('An OAuth client of the organization; null takes it away.'),
    auth_provider: z
      .string()
      .nullable()
      .optional()
      .describe('Readable id of another auth provider; null keeps the one that there is.'),
    auth_provider_config: JsonMap.nullable()
      .optional()
      .describe('Names another account there; null is one without fields. Only with an auth provider.'),
  })
  .meta({ id: 'LegacySourceConnectionUpdate' });
export type LegacySourceConnectionUpdate = z.output<typeof LegacySourceConnectionUpdate>;

export const LegacySourceConnection = z
  .object({
    name: z.string().meta({ minLength: 1, maxLength: 64 }),
    short_name: z.string(),
    id: Uuid,
    organization_id: Uuid,
    created_at: Timestamp,
    modified_at: Timestamp,
    collection: z.string(),
    description: z.string().nullable(),
    config_fields: JsonMap.nullable(),
    white_label_id: Uuid.nullable().describe('The organization’s own OAuth client.'),
    auth_provider: z.string().nullable().describe('Readable id of the auth provider that has the credentials.'),
    auth_provider_config: JsonMap.nullable(),
    sync_id: Uuid.nullable(),
    connection_id: Uuid.nullable(),
    created_by_email: z.string().nullable(),
    modified_by_email: z.string().nullable(),
    auth_fields: z.literal(mask),
    status: z.enum(['active', 'in_progress', 'failing']),
    latest_sync_job_status: z.enum(['completed', 'failed', 'in_progress', 'pending', 'cancelled']).nullable(),
    latest_sync_job_id: Uuid.nullable(),
    latest_sync_job_started_at: Timestamp.nullable(),
    latest_sync_job_completed_at: Timestamp.nullable(),
    latest_sync_job_error: z.string().nullable(),
    cron_schedule: z.string().nullable(),
    next_scheduled_run: Timestamp.nullable(),
  })
  .meta({ id: 'LegacySourceConnection' });
