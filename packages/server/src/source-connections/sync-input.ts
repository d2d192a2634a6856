import type { JsonObject } from '@tributary/connectors/kit/json';
import type { StoreSize } from '../collection-store/port.ts';
import type { Limits, UsageService } from '../collections/usage.ts';
import type { ConnectionService } from '../connections/service.ts';
import type { ControlStore } from '../control/database.ts';
import type { AuthMethod } from '../control/schema.ts';
import type { Intake } from '../engine/schema-keeper.ts';
import type { CollectionId, ConnectionId, OrganizationId, SourceConnectionId, SyncId } from '../lib/ids.ts';
import { findSchema, findSourceConnection } from './repository.ts';
import type { OrganizationKeys } from '../vault/organization-keys.ts';
import { selectionOf } from './selection-input.ts';
import { configOf } from './views.ts';

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
  readonly config: JsonObject;
  /** As opened from the vault; `CredentialSource` makes of them what the connector takes. */
  readonly credentials: JsonObject;
  readonly authMethod: AuthMethod;
  readonly cursorField: string | null;
  /** The schedule is continuous: the next job follows this one at once. */
  readonly continuous: boolean;
  /** A person confirmed the sweep that was held back. */
  readonly sweepConfirmed: boolean;
  /** What the organization may hold, and what its other collections take of that; `null` sets no limit. */
  readonly limits: Limits & { readonly beside: StoreSize };
  /** What of the source is let in, and what is known of it. */
  readonly intake: Omit<Intake, 'save'>;
}

const NOTHING: StoreSize = { entities: 0, bytes: 0 };

/**
 * Loads what a worker needs, with opened credentials; undefined when the source connection is gone or being deleted.
 * The snapshot is the job's: a change made meanwhile counts from the next job on.
 */
export async function loadSyncInput(
  needs: {
    readonly control: ControlStore;
    readonly connections: ConnectionService;
    readonly usage: Pick<UsageService, 'limits' | 'beside'>;
    readonly organizationKeys: OrganizationKeys;
  },
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<SyncInput | undefined> {
  const row = await findSourceConnection(needs.control.db, organizationId, id);
  if (!row?.sync_id) return undefined;
  const selection = selectionOf(row);
  const schema = await findSchema(needs.control.db, organizationId, id);
  const sealed = await needs.connections.openSettings(needs.control.db, organizationId, row.connection_id);
  const { limits } = needs.usage;
  const limited = limits.entities !== null || limits.bytes !== null;
  return {
    organizationId,
    sourceConnectionId: id,
    connectionId: row.connection_id,
    collectionId: row.collection_id,
    syncId: row.sync_id,
    connector: row.connector,
    config: { ...configOf(row), ...sealed.config },
    credentials: sealed.credentials,
    authMethod: row.auth_method,
    cursorField: row.cursor_field,
    continuous: row.continuous === 1,
    sweepConfirmed: row.sweep_confirmed === 1,
    limits: { ...limits, beside: limited ? await needs.usage.beside(organizationId, row.collection_id) : NOTHING },
    intake: {
      selection,
      memory: schema?.memory,
      revision: schema?.revision ?? 0,
      hashKey:
        selection.fields.length > 0 ? await needs.organizationKeys.get(needs.control.db, organizationId) : undefined,
    },
  };
}
