import { createHash } from 'node:crypto';
import { timestamp, timestampOrNull } from '../../http/wire-values.ts';
import type { JobState } from '../../control/schema.ts';
import type {
  IntegrationSource,
  Relationship,
  SourceColumn,
  SourceDatabase,
  SourceStream,
} from '../../integration-sources/model.ts';
import type { ConnectionId } from '../../lib/ids.ts';
import type { SyncJob } from '../../syncs/model.ts';

/** The whole resource: every key is there, and nothing secret. */
export function presentSource(source: IntegrationSource): object {
  const { airbyte, lastSync, description } = source;
  return {
    id: source.id,
    organization_id: source.organizationId,
    name: source.name,
    source_type: source.sourceType,
    connector_type: source.connectorType,
    is_system: source.isSystem,
    is_sync: source.isSync,
    configuration: source.configuration,
    capabilities: source.capabilities,
    is_active: source.isActive,
    connection_status: source.connectionStatus,
    last_connection_test: timestampOrNull(source.lastConnectionTest),
    legacy_data_source_id: source.legacyDataSourceId,
    system_source_id: source.systemSourceId,
    instance_label: source.label,
    airbyte_source_id: airbyte.sourceId,
    airbyte_connection_id: airbyte.connectionId,
    airbyte_connection_ids: airbyte.connectionIds,
    airbyte_destination_id: airbyte.destinationId,
    last_sync_at: timestampOrNull(lastSync.at),
    last_sync_status: lastSync.status,
    last_sync_row_count: lastSync.rowCount,
    selected_streams: source.selectedStreams,
    description: description.text,
    description_source: description.source,
    description_generated_at: timestampOrNull(description.generatedAt),
    description_version: description.version,
    created_at: timestamp(source.createdAt),
    updated_at: timestamp(source.modifiedAt),
  };
}

export function presentStream(stream: SourceStream): object {
  return {
    name: stream.name,
    title: stream.title,
    fields: stream.fields.map(({ name, type, primaryKey }) => ({ name, type, is_primary_key: primaryKey })),
    primary_key: stream.primaryKey,
    cursor_fields: stream.cursorFields,
    supported_sync_modes: stream.modes,
    selected: stream.selected,
    json_schema: stream.jsonSchema,
  };
}

const jobStatus: Readonly<Record<JobState, string>> = {
  pending: 'running',
  running: 'running',
  cancelling: 'running',
  completed: 'success',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'cancelled',
};

export function presentJob(id: ConnectionId, job: SyncJob): object {
  const { inserted, updated, deleted, kept, failed } = job.counts;
  return {
    id: job.id,
    integration_source_id: id,
    source_connection_id: job.sourceConnectionId,
    status: jobStatus[job.state],
    requested_at: timestamp(job.requestedAt),
    started_at: timestampOrNull(job.startedAt),
    completed_at: timestampOrNull(job.completedAt),
    row_count: inserted + updated + kept,
    inserted,
    updated,
    deleted,
    failed,
    error: job.error?.message ?? null,
  };
}

/** Tables and columns are not kept; their ids are the same whenever they are told. */
function idOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

export function presentColumn(id: ConnectionId, column: SourceColumn): object {
  return {
    id: idOf(id, column.stream, column.name),
    table_id: idOf(id, column.stream),
    table_name: column.stream,
    name: column.name,
    data_type: column.dataType,
    is_primary_key: column.primaryKey,
    is_nullable: column.nullable,
    ordinal_position: column.position,
    role: column.role,
    semantic_type: column.semanticType,
    semantic_type_confidence: column.semanticConfidence,
    sample_values: column.samples,
    null_pct: column.nullPercent,
    distinct_pct: column.distinctPercent,
    minhash_signature: null,
    description: column.comment,
    description_version: 1,
  };
}

export function presentRelationship(one: Relationship): object {
  return {
    id: one.id,
    integration_source_id: one.sourceId,
    type: one.kind,
    status: one.status,
    score: one.score,
    evidence: one.evidence,
    from_table: one.fromStream,
    from_columns: one.fromColumns,
    to_table: one.toStream,
    to_columns: one.toColumns,
    created_at: timestamp(one.createdAt),
    updated_at: timestamp(one.modifiedAt),
  };
}

export function presentDatabase(one: SourceDatabase): object {
  return {
    id: one.id,
    integration_source_id: one.sourceId,
    name: one.name,
    description: one.description.text,
    is_active: one.isActive,
    priority: one.priority,
    description_source: one.description.source,
    description_generated_at: timestampOrNull(one.description.generatedAt),
    description_version: one.description.version,
    created_at: timestamp(one.createdAt),
    updated_at: timestamp(one.modifiedAt),
  };
}
