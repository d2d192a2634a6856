import { z } from 'zod';
import { JsonMap, Timestamp, Uuid } from '../../http/wire-values.ts';
import { relationshipKinds, relationshipStatuses, sourceTypes, syncStatuses } from '../../integration-sources/model.ts';
import type { ConnectionId } from '../../lib/ids.ts';

const connectionStatuses = ['connected', 'disconnected', 'error', 'unknown'] as const;
const descriptionSources = ['ai_generated', 'manual_edit', 'imported', 'information_schema'] as const;

const Moment = z.iso
  .datetime({ offset: true, error: 'Input should be a date and time with an offset, for example 2026-01-05T10:00:00Z' })
  .transform((text) => Date.parse(text))
  .meta({ type: 'string', format: 'date-time' });

/** The document lets every field be null; in the answer some never are. */
function neverNull<T extends z.ZodType>(schema: T) {
  return schema
    .nullable()
    .superRefine((value, context) => {
      if (value === null)
        context.addIssue({ code: 'custom', message: 'Input should not be null', params: { code: 'null_not_allowed' } });
    })
    .transform((value) => value as z.output<T>)
    .optional();
}

const uniqueList = (words: string) =>
  z
    .array(z.string().min(1).max(500))
    .max(10_000)
    .refine((list) => new Set(list).size === list.length, { message: words, params: { code: 'not_unique' } });

export const Name = z.string().trim().min(1).max(255);

export const InstanceLabel = z
  .string()
  .trim()
  .toUpperCase()
  .refine((text) => text.length <= 20, {
    message: 'String should have at most 20 characters',
    params: { code: 'string_too_long' },
  })
  .refine((text) => /^[A-Z0-9_-]*$/.test(text), {
    message: 'Only letters, digits, _ and - are possible',
    params: { code: 'string_pattern_mismatch' },
  })
  .transform((text) => (text === '' ? null : text))
  .meta({
    type: 'string',
    maxLength: 20,
    description: 'Forced uppercase; needed with several sources of one connector.',
  });

const OuterId = z.string().min(1).max(500);
const DescriptionSource = z.enum(descriptionSources);
const SelectedStreams = z
  .array(z.string().min(1).max(500))
  .max(10_000)
  .transform((list) => [...new Set(list)])
  .meta({ type: 'array', items: { type: 'string' } });
const RowCount = z.int().min(0);
const Version = z.int().min(1);

/** What may be written of a source, absent: kept. Unknown fields are left alone, as are those that never change. */
export const SourceUpdate = z
  .object({
    name: neverNull(Name),
    description: z.string().nullable().optional(),
    configuration: neverNull(JsonMap).describe(
      'Put over what is stored, key by key; credentials go here too and never come out. null takes a key away, `********` keeps a secret.',
    ),
    capabilities: neverNull(uniqueList('Every capability is named once')),
    is_active: neverNull(z.boolean()),
    connection_status: neverNull(z.enum(connectionStatuses)),
    last_connection_test: Moment.nullable().optional(),
    legacy_data_source_id: Uuid.nullable().optional(),
    system_source_id: Uuid.transform((id) => id as ConnectionId)
      .nullable()
      .optional(),
    instance_label: InstanceLabel.nullable().optional(),
    airbyte_source_id: OuterId.nullable().optional(),
    airbyte_connection_id: OuterId.nullable().optional(),
    airbyte_connection_ids: uniqueList('Every id is named once').nullable().optional(),
    airbyte_destination_id: OuterId.nullable().optional(),
    last_sync_at: Moment.nullable().optional(),
    last_sync_status: z.enum(syncStatuses).nullable().optional(),
    last_sync_row_count: RowCount.nullable().optional(),
    selected_streams: SelectedStreams.nullable().optional().describe('null: all; []: none.'),
    description_source: DescriptionSource.nullable().optional(),
    description_generated_at: Moment.nullable().optional(),
    description_version: neverNull(Version).describe('The version that you have seen; another one by now is 409.'),
  })
  .meta({ id: 'IntegrationSourceUpdate' });

export const SourceCreate = SourceUpdate.extend({
  name: Name,
  source_type: z.enum(sourceTypes),
  connector_type: z.string().min(1).max(100),
  organization_id: Uuid.nullable().optional().describe('That of the key, which it is when left out.'),
  collection: z
    .string()
    .min(1)
    .optional()
    .describe('Readable id of a collection that the source is read into from now on; left out, it is not read yet.'),
}).meta({ id: 'IntegrationSourceCreate' });

export const IntegrationSource = z
  .object({
    id: Uuid,
    organization_id: Uuid,
    name: z.string(),
    source_type: z.enum(sourceTypes),
    connector_type: z.string(),
    is_system: z.boolean(),
    is_sync: z.boolean(),
    configuration: JsonMap,
    capabilities: z.array(z.string()),
    is_active: z.boolean(),
    connection_status: z.enum(connectionStatuses),
    last_connection_test: Timestamp.nullable(),
    legacy_data_source_id: Uuid.nullable(),
    system_source_id: Uuid.nullable(),
    instance_label: z.string().nullable(),
    airbyte_source_id: z.string().nullable(),
    airbyte_connection_id: z.string().nullable(),
    airbyte_connection_ids: z.array(z.string()).nullable(),
    airbyte_destination_id: z.string().nullable(),
    last_sync_at: Timestamp.nullable(),
    last_sync_status: z.enum(syncStatuses).nullable(),
    last_sync_row_count: z.int().nullable(),
    selected_streams: z.array(z.string()).nullable(),
    description: z.string().nullable(),
    description_source: DescriptionSource.nullable(),
    description_generated_at: Timestamp.nullable(),
    description_version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'IntegrationSource' });

export const SelectionUpdate = z.object({ selected_streams: SelectedStreams.nullable() });

export const SourceStream = z
  .object({
    name: z.string(),
    title: z.string(),
    fields: z.array(z.object({ name: z.string(), type: z.string(), is_primary_key: z.boolean() })),
    primary_key: z.array(z.string()),
    cursor_fields: z.array(z.string()),
    supported_sync_modes: z.array(z.enum(['full_refresh', 'incremental'])),
    selected: z.boolean(),
    json_schema: JsonMap,
  })
  .meta({ id: 'IntegrationSourceStream' });

export const SourceJob = z
  .object({
    id: Uuid,
    integration_source_id: Uuid,
    source_connection_id: Uuid,
    status: z.enum(['running', 'success', 'failed', 'cancelled']),
    requested_at: Timestamp,
    started_at: Timestamp.nullable(),
    completed_at: Timestamp.nullable(),
    row_count: z.int(),
    inserted: z.int(),
    updated: z.int(),
    deleted: z.int(),
    failed: z.int(),
    error: z.string().nullable(),
  })
  .meta({ id: 'IntegrationSourceJob' });

export const SourceColumn = z
  .object({
    id: Uuid,
    table_id: Uuid,
    table_name: z.string(),
    name: z.string(),
    data_type: z.string(),
    is_primary_key: z.boolean(),
    is_nullable: z.boolean(),
    ordinal_position: z.int(),
    role: z.enum(['primary_key', 'foreign_key', 'time', 'measure', 'dimension']),
    semantic_type: z.string().nullable(),
    semantic_type_confidence: z.number().nullable(),
    sample_values: z.array(z.string()).describe('Shapes of values: letters are x, digits 9.'),
    null_pct: z.number().nullable().describe('Of the first thousand rows, 0 to 100; null: none was looked at.'),
    distinct_pct: z.number().nullable(),
    minhash_signature: z.null(),
    description: z.string().nullable(),
    description_version: z.int(),
  })
  .meta({ id: 'IntegrationSourceColumn' });

const RelationshipStatus = z.enum(relationshipStatuses);
const Score = z.number().min(0).max(1);
export const RelationshipFilter = { status: RelationshipStatus.optional(), type: z.enum(relationshipKinds).optional() };

export const RelationshipUpdate = z
  .object({
    status: neverNull(RelationshipStatus),
    score: neverNull(Score),
    evidence: z.string().max(10_000).nullable().optional(),
  })
  .meta({ id: 'IntegrationSourceRelationshipUpdate' });

export const Relationship = z
  .object({
    id: Uuid,
    integration_source_id: Uuid,
    type: z.enum(relationshipKinds),
    status: RelationshipStatus,
    score: Score,
    evidence: z.string().nullable(),
    from_table: z.string(),
    from_columns: z.array(z.string()),
    to_table: z.string(),
    to_columns: z.array(z.string()),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'IntegrationSourceRelationship' });

export const DatabaseCreate = z
  .object({
    name: Name,
    description: z.string().nullable().optional(),
    is_active: z.boolean().default(true),
    priority: z.int().min(0).max(1_000_000).default(99).describe('Lower ones first.'),
    description_source: DescriptionSource.nullable().optional(),
    description_generated_at: Moment.nullable().optional(),
  })
  .meta({ id: 'IntegrationSourceDatabaseCreate' });

export const SourceDatabase = z
  .object({
    id: Uuid,
    integration_source_id: Uuid,
    name: z.string(),
    description: z.string().nullable(),
    is_active: z.boolean(),
    priority: z.int(),
    description_source: DescriptionSource.nullable(),
    description_generated_at: Timestamp.nullable(),
    description_version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'IntegrationSourceDatabase' });
