import type { Generated } from 'kysely';
import type { ConnectionId, OrganizationId, RelationshipId } from '../lib/ids.ts';
import type { Flag, JsonText, Millis } from './column-types.ts';

export type ConnectionStatus = 'connected' | 'disconnected' | 'error' | 'unknown';
/** How the description of an integration source was made. */
export type DescriptionSource = 'ai_generated' | 'manual_edit' | 'imported' | 'information_schema';

/** What the catalogue of integration sources keeps; a part of the control store's tables. */
export interface IntegrationSourceTables {
  integration_source: {
    connection_id: ConnectionId;
    organization_id: OrganizationId;
    is_system: Generated<Flag>;
    capabilities: Generated<JsonText | null>;
    connection_status: Generated<ConnectionStatus>;
    last_connection_test: Generated<Millis | null>;
    legacy_data_source_id: Generated<string | null>;
    system_source_id: Generated<ConnectionId | null>;
    airbyte_source_id: Generated<string | null>;
    airbyte_connection_id: Generated<string | null>;
    airbyte_connection_ids: Generated<JsonText | null>;
    airbyte_destination_id: Generated<string | null>;
    written_sync: Generated<JsonText | null>;
    written_sync_at: Generated<Millis | null>;
    selected_streams: Generated<JsonText | null>;
    read_options: Generated<JsonText | null>;
    description: Generated<string | null>;
    description_source: Generated<DescriptionSource | null>;
    description_generated_at: Generated<Millis | null>;
    description_version: Generated<number>;
    modified_at: Millis;
  };
  integration_relationship: {
    id: RelationshipId;
    organization_id: OrganizationId;
    connection_id: ConnectionId;
    kind: 'FOREIGN_KEY' | 'INFERRED' | 'MANUAL';
    status: 'SUGGESTED' | 'APPROVED' | 'REJECTED';
    score: number;
    evidence: string | null;
    from_stream: string;
    from_columns: JsonText;
    to_stream: string;
    to_columns: JsonText;
    created_at: Millis;
    modified_at: Millis;
  };
  integration_database: {
    id: string;
    organization_id: OrganizationId;
    connection_id: ConnectionId;
    name: string;
    description: string | null;
    description_source: DescriptionSource | null;
    description_generated_at: Millis | null;
    description_version: number;
    is_active: Flag;
    priority: number;
    created_at: Millis;
    modified_at: Millis;
  };
}
