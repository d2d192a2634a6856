import type { z } from 'zod';
import type { NewSource, SourceChange } from '../../integration-sources/model.ts';
import type { SourceCreate, SourceUpdate } from './integration-source-schema.ts';

/** The fields of a body in the words of the domain. */
export function changeFrom(body: z.output<typeof SourceUpdate>): SourceChange {
  return {
    name: body.name,
    description: body.description,
    descriptionSource: body.description_source,
    descriptionGeneratedAt: body.description_generated_at,
    descriptionVersion: body.description_version,
    configuration: body.configuration,
    capabilities: body.capabilities,
    isActive: body.is_active,
    connectionStatus: body.connection_status,
    lastConnectionTest: body.last_connection_test,
    legacyDataSourceId: body.legacy_data_source_id,
    systemSourceId: body.system_source_id,
    label: body.instance_label,
    airbyteSourceId: body.airbyte_source_id,
    airbyteConnectionId: body.airbyte_connection_id,
    airbyteConnectionIds: body.airbyte_connection_ids,
    airbyteDestinationId: body.airbyte_destination_id,
    lastSyncAt: body.last_sync_at,
    lastSyncStatus: body.last_sync_status,
    lastSyncRowCount: body.last_sync_row_count,
    selectedStreams: body.selected_streams,
  };
}

export function newSourceFrom(body: z.output<typeof SourceCreate>): NewSource {
  return {
    ...changeFrom(body),
    name: body.name,
    sourceType: body.source_type,
    connectorType: body.connector_type,
    collection: body.collection,
  };
}
