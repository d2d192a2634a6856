import type { JsonObject } from './model.ts';

export type SourceType = 'database' | 'saas';
export type ConnectionStatus = 'connected' | 'disconnected' | 'error' | 'unknown';
export type DescriptionSource = 'ai_generated' | 'manual_edit' | 'imported' | 'information_schema';
export type SyncStatus = 'success' | 'failed' | 'running' | 'auth_required' | 'configuring';

/** A connection, with what reads it, as the catalogue shows it. No secret is in it. */
export interface IntegrationSource {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly source_type: SourceType;
  readonly connector_type: string;
  readonly is_system: boolean;
  readonly is_sync: boolean;
  readonly configuration: JsonObject;
  readonly capabilities: readonly string[];
  readonly is_active: boolean;
  readonly connection_status: ConnectionStatus;
  readonly last_connection_test: string | null;
  readonly legacy_data_source_id: string | null;
  readonly system_source_id: string | null;
  readonly instance_label: string | null;
  readonly airbyte_source_id: string | null;
  readonly airbyte_connection_id: string | null;
  readonly airbyte_connection_ids: readonly string[] | null;
  readonly airbyte_destination_id: string | null;
  readonly last_sync_at: string | null;
  readonly last_sync_status: SyncStatus | null;
  readonly last_sync_row_count: number | null;
  /** null: all. */
  readonly selected_streams: readonly string[] | null;
  readonly description: string | null;
  readonly description_source: DescriptionSource | null;
  readonly description_generated_at: string | null;
  readonly description_version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

type Fixed =
  | 'id'
  | 'organization_id'
  | 'source_type'
  | 'connector_type'
  | 'is_system'
  | 'is_sync'
  | 'created_at'
  | 'updated_at';

/** What may be written; absent: kept. `configuration` is put over what is stored, key by key, and takes credentials too. */
export type IntegrationSourceUpdate = Partial<Omit<IntegrationSource, Fixed>>;

export interface IntegrationSourceCreate extends IntegrationSourceUpdate {
  readonly name: string;
  readonly source_type: SourceType;
  readonly connector_type: string;
  /** Readable id of the collection that it is read into; absent: it is not read yet. */
  readonly collection?: string;
}

export interface IntegrationSourceStream {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly is_primary_key: boolean }[];
  readonly primary_key: readonly string[];
  readonly cursor_fields: readonly string[];
  readonly supported_sync_modes: readonly ('full_refresh' | 'incremental')[];
  readonly selected: boolean;
  readonly json_schema: JsonObject;
}

export interface IntegrationSourceJob {
  readonly id: string;
  readonly integration_source_id: string;
  readonly source_connection_id: string;
  readonly status: 'running' | 'success' | 'failed' | 'cancelled';
  readonly requested_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly row_count: number;
  readonly error: string | null;
}

export interface IntegrationSourceColumn {
  readonly id: string;
  readonly table_id: string;
  readonly table_name: string;
  readonly name: string;
  readonly data_type: string;
  readonly is_primary_key: boolean;
  readonly is_nullable: boolean;
  readonly ordinal_position: number;
  readonly role: 'primary_key' | 'foreign_key' | 'time' | 'measure' | 'dimension';
  readonly semantic_type: string | null;
  /** Shapes of values: letters are x, digits 9. */
  readonly sample_values: readonly string[];
  readonly null_pct: number | null;
  readonly distinct_pct: number | null;
  readonly description: string | null;
}

export type RelationshipStatus = 'SUGGESTED' | 'APPROVED' | 'REJECTED';
export type RelationshipType = 'FOREIGN_KEY' | 'INFERRED' | 'MANUAL';

export interface IntegrationSourceRelationship {
  readonly id: string;
  readonly integration_source_id: string;
  readonly type: RelationshipType;
  readonly status: RelationshipStatus;
  readonly score: number;
  readonly evidence: string | null;
  readonly from_table: string;
  readonly from_columns: readonly string[];
  readonly to_table: string;
  readonly to_columns: readonly string[];
}
