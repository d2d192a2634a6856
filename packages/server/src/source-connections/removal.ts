import type { CredentialRef } from '../auth/oauth/credential-ref.ts';
import type { CollectionReaders } from '../collection-store/port.ts';
import type { UsageService } from '../collections/usage.ts';
import type { ConnectionService } from '../connections/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { findLiveJob, requestCancel } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { ReleaseSource } from './release-source.ts';
import {
  deleteSourceConnection,
  findDeleted,
  listDeletedSourceConnections,
  listIdsOfCollection,
  updateSourceConnection,
} from './repository.ts';

export interface RemovalNeeds {
  readonly control: ControlStore;
  readonly readers: CollectionReaders;
  readonly clock: Clock;
  readonly connections: ConnectionService;
  readonly usage: Pick<UsageService, 'record'>;
  readonly release: ReleaseSource;
  /** Takes a connection's grant back at its provider, within some seconds; never rejects. */
  readonly revoke: (connection: CredentialRef) => Promise<unknown>;
  /** Tells the workers to look for work, and for cancellations, at once. */
  readonly wake: () => void;
}

/** A worker has this long to end a cancelled job; afterwards the fence alone keeps it from writing. */
const patienceMs = 5_000;

/** Deletes in two steps, so that a crash between them leaves only work that the next start goes on with. */
export interface SourceRemoval {
  /** Puts up the tombstone and cancels the live job, inside the caller's transaction. */
  mark(tx: Queryable, organizationId: OrganizationId, id: SourceConnectionId): Promise<void>;
  /** Waits for the worker to let go, purges the store and drops the rows. Idempotent. */
  finish(organizationId: OrganizationId, id: SourceConnectionId): Promise<void>;
  /** Waits until no job of the source connection is live any more, at most some seconds. */
  settle(organizationId: OrganizationId, id: SourceConnectionId): Promise<void>;
  /** Drops the rows of a source connection whose collection is already purged. */
  drop(organizationId: OrganizationId, id: SourceConnectionId): Promise<void>;
  listOfCollection(
    organizationId: OrganizationId,
    collectionId: CollectionId,
    db?: Queryable,
  ): Promise<readonly SourceConnectionId[]>;
  /** Source connections of the collection whose purge has not ended: searches leave them out. */
  listPending(organizationId: OrganizationId, collectionId: CollectionId): Promise<readonly SourceConnectionId[]>;
  /** Goes on with what an earlier process left; call once at start. */
  resume(): Promise<void>;
}

export function createSourceRemoval(needs: RemovalNeeds): SourceRemoval {
  const { control, readers, clock } = needs;
  const settle = async (organizationId: OrganizationId, id: SourceConnectionId): Promise<void> => {
    const end = clock.now() + patienceMs;
    needs.wake();
    while (clock.now() < end && (await findLiveJob(control.db, organizationId, id))) await clock.sleep(50);
  };
  const dropRows = (organizationId: OrganizationId, id: SourceConnectionId): Promise<void> =>
    control.transaction(async (tx) => {
      const row = await findDeleted(tx, organizationId, id);
      if (!row) return;
      await deleteSourceConnection(tx, organizationId, id);
      await needs.connections.deleteUnused(tx, organizationId, row.connection_id);
    });
  /** What is left at the source and at the provider, while the credentials are still there; a removal that is resumed does it again. */
  const takeLeave = async (organizationId: OrganizationId, id: SourceConnectionId): Promise<void> => {
    const row = await findDeleted(control.db, organizationId, id);
    if (!row) return;
    const { connection_id: connectionId } = row;
    await needs.release(row);
    if (await needs.connections.isUsedOnce(control.db, organizationId, connectionId))
      await needs.revoke({ organizationId, connectionId });
  };
  const drop = async (organizationId: OrganizationId, id: SourceConnectionId): Promise<void> => {
    await takeLeave(organizationId, id);
    await dropRows(organizationId, id);
  };
  const finish = async (organizationId: OrganizationId, id: SourceConnectionId): Promise<void> => {
    const row = await findDeleted(control.db, organizationId, id);
    if (!row) return;
    await settle(organizationId, id);
    await readers.purgeSource(row.collection_id, id);
    await needs.usage.record(organizationId, row.collection_id, await readers.size(row.collection_id));
    await drop(organizationId, id);
  };
  return {
    settle,
    drop,
    finish,
    async mark(tx, organizationId, id) {
      const now = clock.now();
      const live = await findLiveJob(tx, organizationId, id);
      if (live) await requestCancel(tx, { organizationId, jobId: live.id, now });
      await updateSourceConnection(tx, organizationId, id, { deleted_at: now, next_run_at: null });
    },
    listOfCollection: (organizationId, collectionId, db = control.db) =>
      listIdsOfCollection(db, organizationId, collectionId, 'all'),
    listPending: (organizationId, collectionId) =>
      listIdsOfCollection(control.db, organizationId, collectionId, 'deleted'),
    async resume() {
      for (const row of await listDeletedSourceConnections(control.db)) await finish(row.organization_id, row.id);
    },
  };
}
