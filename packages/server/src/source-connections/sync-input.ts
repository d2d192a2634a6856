import type { CollectionId, ConnectionId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';

/** Everything that a worker needs to run a job of a source connection; a snapshot taken when the job is claimed. */
export interface SyncInput {
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly connectionId: ConnectionId;
  readonly collectionId: CollectionId;
  readonly syncId: SyncId;
  /** Id of the connector in the catalogue. */
  readonly connector: string;
  /** Endpoint and read options together, as the connector's `config` schema takes them (not yet parsed). */
  readonly config: unknown;
  /** Opened credentials, as the connector's auth scheme takes them (not yet parsed). */
  readonly credentials: unknown;
  readonly cursorField: string | null;
  /** A person confirmed the sweep that was held back. */
  readonly sweepConfirmed: boolean;
}
