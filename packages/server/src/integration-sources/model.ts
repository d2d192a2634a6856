import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ConnectionStatus, DescriptionSource, Millis } from '../control/schema.ts';
import type { ConnectionId, OrganizationId, RelationshipId, SourceConnectionId } from '../lib/ids.ts';

export const sourceTypes = ['database', 'saas'] as const;
export type SourceType = (typeof sourceTypes)[number];

export const syncStatuses = ['success', 'failed', 'running', 'auth_required', 'configuring'] as const;
export type SyncStatus = (typeof syncStatuses)[number];

/** How the last sync went: from the jobs, or as a caller has written it since the last one. */
export interface SyncFigures {
  /** When the last successful one ended. */
  readonly at: Millis | null;
  readonly status: SyncStatus | null;
  /** Rows read by the last successful one. */
  readonly rowCount: number | null;
}

export interface Description {
  readonly text: string | null;
  readonly source: DescriptionSource | null;
  readonly generatedAt: Millis | null;
  /** Rises by one whenever the text changes, from 1. */
  readonly version: number;
}

/** What a system elsewhere calls its own parts of a source; kept as given. */
export interface AirbyteIds {
  readonly sourceId: string | null;
  readonly connectionId: string | null;
  /** One for each group of streams. */
  readonly connectionIds: readonly string[] | null;
  readonly destinationId: string | null;
}

/** A connection, with what reads it, as the catalogue shows it. No secret is in it. */
export interface IntegrationSource {
  readonly id: ConnectionId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly sourceType: SourceType;
  /** The spelling that the caller used. */
  readonly connectorType: string;
  readonly isSystem: boolean;
  /** A source connection reads it. */
  readonly isSync: boolean;
  /** Endpoint and read options without anything secret. */
  readonly configuration: JsonObject;
  readonly capabilities: readonly string[];
  readonly isActive: boolean;
  readonly connectionStatus: ConnectionStatus;
  readonly lastConnectionTest: Millis | null;
  readonly legacyDataSourceId: string | null;
  readonly systemSourceId: ConnectionId | null;
  readonly label: string | null;
  readonly airbyte: AirbyteIds;
  readonly lastSync: SyncFigures;
  /** null: all. */
  readonly selectedStreams: readonly string[] | null;
  readonly description: Description;
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
  /** The source connections that read it, the one that is shown first. */
  readonly orders: readonly SourceConnectionId[];
}

export interface SourceFilter {
  readonly sourceType?: SourceType | undefined;
  readonly connectorType?: string | undefined;
  readonly isActive?: boolean | undefined;
}

/** Absent: keep. null: clear, where null is possible. */
export interface SourceChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly descriptionSource?: DescriptionSource | null | undefined;
  readonly descriptionGeneratedAt?: Millis | null | undefined;
  /** The version that the caller has seen, or the one that the change makes. */
  readonly descriptionVersion?: number | undefined;
  /** Put over the stored settings, key by key; null takes one away, and the mask keeps a secret. */
  readonly configuration?: JsonObject | undefined;
  /** The whole list. */
  readonly capabilities?: readonly string[] | undefined;
  readonly isActive?: boolean | undefined;
  readonly connectionStatus?: ConnectionStatus | undefined;
  readonly lastConnectionTest?: Millis | null | undefined;
  readonly legacyDataSourceId?: string | null | undefined;
  readonly systemSourceId?: ConnectionId | null | undefined;
  readonly label?: string | null | undefined;
  readonly airbyteSourceId?: string | null | undefined;
  readonly airbyteConnectionId?: string | null | undefined;
  readonly airbyteConnectionIds?: readonly string[] | null | undefined;
  readonly airbyteDestinationId?: string | null | undefined;
  readonly lastSyncAt?: Millis | null | undefined;
  readonly lastSyncStatus?: SyncStatus | null | undefined;
  readonly lastSyncRowCount?: number | null | undefined;
  readonly selectedStreams?: readonly string[] | null | undefined;
}

export interface NewSource extends SourceChange {
  readonly name: string;
  readonly sourceType: SourceType;
  readonly connectorType: string;
  /** Readable id of the collection that it is read into; absent: it is not read yet. */
  readonly collection?: string | undefined;
}

/** A source, and what was allowed and may be a mistake. */
export interface Changed {
  readonly source: IntegrationSource;
  readonly warnings: readonly string[];
}

export interface SourceStream {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly {
    readonly name: string;
    /** JSON types, for example `string` or `integer`. */
    readonly type: string;
    readonly primaryKey: boolean;
  }[];
  readonly primaryKey: readonly string[];
  readonly cursorFields: readonly string[];
  readonly modes: readonly ('full_refresh' | 'incremental')[];
  readonly selected: boolean;
  readonly jsonSchema: JsonObject;
}

/** A column with what a first look at its values tells; values themselves are never in it. */
export interface SourceColumn {
  readonly stream: string;
  readonly name: string;
  readonly dataType: string;
  readonly primaryKey: boolean;
  readonly nullable: boolean;
  readonly position: number;
  readonly comment: string | null;
  readonly role: 'primary_key' | 'foreign_key' | 'time' | 'measure' | 'dimension';
  readonly semanticType: string | null;
  /** 0 to 1. */
  readonly semanticConfidence: number | null;
  /** Shapes of values: letters are `x`, digits `9`. */
  readonly samples: readonly string[];
  /** Of the rows that were looked at, 0 to 100; null: none was. */
  readonly nullPercent: number | null;
  readonly distinctPercent: number | null;
}

export const relationshipKinds = ['FOREIGN_KEY', 'INFERRED', 'MANUAL'] as const;
export const relationshipStatuses = ['SUGGESTED', 'APPROVED', 'REJECTED'] as const;
export type RelationshipKind = (typeof relationshipKinds)[number];
export type RelationshipStatus = (typeof relationshipStatuses)[number];

/** The columns of one stream point to those of another. */
export interface Relationship {
  readonly id: RelationshipId;
  readonly sourceId: ConnectionId;
  readonly kind: RelationshipKind;
  readonly status: RelationshipStatus;
  /** 0 to 1: how sure it is. */
  readonly score: number;
  readonly evidence: string | null;
  readonly fromStream: string;
  readonly fromColumns: readonly string[];
  readonly toStream: string;
  readonly toColumns: readonly string[];
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
}

export interface RelationshipChange {
  readonly status?: RelationshipStatus | undefined;
  readonly score?: number | undefined;
  readonly evidence?: string | null | undefined;
}

/** A part of a source that its owner describes by itself. */
export interface SourceDatabase {
  readonly id: string;
  readonly sourceId: ConnectionId;
  readonly name: string;
  readonly description: Description;
  readonly isActive: boolean;
  /** Lower ones first. */
  readonly priority: number;
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
}

export interface NewDatabase {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly descriptionSource?: DescriptionSource | null | undefined;
  readonly descriptionGeneratedAt?: Millis | null | undefined;
  readonly isActive: boolean;
  readonly priority: number;
}
