import { z } from 'zod';
import type { JobId, SourceConnectionId } from '../../lib/ids.ts';
import { Authentication } from './authentication-schema.ts';
import type { Face } from './faces.ts';
import { SyncJobDetails } from './job-schema.ts';
import { PageQuery } from '../../http/paging.ts';
import { idOf, JsonMap, Timestamp, Uuid } from '../../http/wire-values.ts';
import { text } from './text-schema.ts';

const Name = text({ min: 4, max: 42 });
const Description = text({ max: 255 }).nullable();

const ScheduleConfig = z
  .object({
    cron: z.string().nullable().optional().describe('Five fields; null for no schedule.'),
    continuous: z.boolean().optional(),
    cursor_field: z.string().nullable().optional(),
    timezone: z.string().optional().describe('IANA name of the zone that the expression is read in; UTC when absent.'),
  })
  .meta({ id: 'ScheduleConfig' });
export type ScheduleConfig = z.output<typeof ScheduleConfig>;

export const SourceConnectionCreate = z
  .object({
    name: Name.nullish(),
    short_name: z.string(),
    readable_collection_id: z.string(),
    description: Description.optional(),
    config: JsonMap.nullish(),
    schedule: ScheduleConfig.nullish(),
    sync_immediately: z.boolean().nullish(),
    authentication: Authentication.nullish(),
    redirect_url: z.string().nullish(),
  })
  .meta({ id: 'SourceConnectionCreate' });

export const SourceConnectionUpdate = z
  .object({
    name: Name.optional(),
    description: Description.optional(),
    config: JsonMap.nullable().optional(),
    schedule: ScheduleConfig.nullable().optional(),
    authentication: Authentication.nullable().optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'At least one field must be provided for update')
  .refine(
    ({ authentication }) => !authentication || 'credentials' in authentication || 'access_token' in authentication,
    { path: ['authentication'], error: 'Direct auth can only be updated with authentication' },
  )
  .meta({ id: 'SourceConnectionUpdate' });

export const SourceConnectionParams = z.object({ source_connection_id: idOf<SourceConnectionId>() });

export const SourceConnectionJobParams = SourceConnectionParams.extend({ job_id: idOf<JobId>() });

export const ListQuery = PageQuery.extend({
  collection: z.string().optional().describe('Readable id of a collection.'),
});

const AuthenticationMethod = z
  .enum(['direct', 'oauth_browser', 'oauth_token', 'oauth_byoc', 'auth_provider'])
  .meta({ id: 'AuthenticationMethod' });

const AuthenticationDetails = z
  .object({
    method: AuthenticationMethod,
    authenticated: z.boolean(),
    authenticated_at: Timestamp.optional(),
    provider_readable_id: z.string().optional().describe('The auth provider that has the credentials.'),
    provider_id: Uuid.optional(),
    auth_url: z.string().optional().describe('Where a person allows access; works once.'),
    auth_url_expires: Timestamp.optional(),
    redirect_url: z.string().optional().describe('Where the browser goes at the end.'),
    claim_token: z.string().optional().describe('Shown once; `verify-oauth` takes it.'),
  })
  .meta({ id: 'AuthenticationDetails' });

const ScheduleDetails = z
  .object({
    cron: z.string().nullable(),
    timezone: z.string(),
    next_run: Timestamp.nullable(),
    continuous: z.boolean(),
    cursor_field: z.string().nullable(),
    cursor_value: z.json().describe('Where the next read begins; null before the first.'),
  })
  .meta({ id: 'ScheduleDetails' });

const SyncDetails = z
  .object({
    total_runs: z.int(),
    successful_runs: z.int(),
    failed_runs: z.int(),
    last_job: SyncJobDetails.nullable(),
  })
  .meta({ id: 'SyncDetails' });

const EntitySummary = z
  .object({
    total_entities: z.int(),
    by_type: z.record(
      z.string(),
      z.object({ count: z.int(), last_updated: Timestamp.nullable() }).meta({ id: 'EntityTypeStats' }),
    ),
  })
  .meta({ id: 'EntitySummary' });

const statusWords = ['active', 'pending_auth', 'syncing', 'error', 'needs_reauth', 'inactive', 'pending_sync'] as const;
export type StatusWord = (typeof statusWords)[number];

function statusSchema(face: Face) {
  const words = statusWords.filter((word) => word !== 'needs_reauth' || face.needsReauth === word);
  const shown = face.statusCase === 'upper' ? words.map((word) => word.toUpperCase()) : words;
  return z.enum(shown).meta({ id: `SourceConnectionStatus${face.schemaSuffix}` });
}

/** The answers that hold a status, whose words differ between the faces. */
export function answerSchemas(face: Face) {
  const status = statusSchema(face);
  const shared = {
    id: Uuid,
    name: z.string(),
    short_name: z.string(),
    readable_collection_id: z.string(),
    status,
    created_at: Timestamp,
    modified_at: Timestamp,
    federated_search: z.boolean(),
  };
  return {
    SourceConnection: z
      .object({
        ...shared,
        organization_id: Uuid,
        auth: AuthenticationDetails,
        description: z.string().nullable(),
        config: JsonMap.nullable(),
        schedule: ScheduleDetails.nullable(),
        sync: SyncDetails.nullable(),
        sync_id: Uuid.nullable(),
        entities: EntitySummary.nullable(),
      })
      .meta({ id: `SourceConnection${face.schemaSuffix}` }),
    SourceConnectionListItem: z
      .object({ ...shared, is_authenticated: z.boolean(), entity_count: z.int(), auth_method: AuthenticationMethod })
      .meta({ id: `SourceConnectionListItem${face.schemaSuffix}` }),
  };
}

export type AnswerSchemas = ReturnType<typeof answerSchemas>;
export type SourceConnectionBody = z.output<AnswerSchemas['SourceConnection']>;
export type SourceConnectionListItemBody = z.output<AnswerSchemas['SourceConnectionListItem']>;
