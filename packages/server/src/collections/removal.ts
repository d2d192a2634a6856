import type { CollectionReaders } from '../collection-store/port.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, OrganizationId } from '../lib/ids.ts';
import { settleWithin } from '../lib/settle-within.ts';
import type { SourceRemoval } from '../source-connections/removal.ts';
import { deleteCollection, listDeletedCollections, updateCollection } from './repository.ts';

/** Callers wait this long for a purge; a larger one ends in the background. */
const patienceMs = 15_000;

/** Deletes a collection with everything in it: tombstone, purge of the store, rows. */
export interface CollectionRemoval {
  /** Puts up the tombstones of the collection and its source connections, inside the caller's transaction. */
  mark(tx: Queryable, organizationId: OrganizationId, id: CollectionId): Promise<void>;
  /** Purges and drops; returns when it is done, or after some seconds while it goes on. */
  finishWithin(organizationId: OrganizationId, id: CollectionId): Promise<void>;
  /** Goes on with what an earlier process left; call once at start. */
  resume(): Promise<void>;
}

interface Needs {
  readonly control: ControlStore;
  readonly readers: CollectionReaders;
  readonly clock: Clock;
  readonly sources: SourceRemoval;
  /** Hears of a purge that failed in the background; the next start tries again. */
  readonly onError: (error: unknown) => void;
}

export function createCollectionRemoval({ control, readers, clock, sources, onError }: Needs): CollectionRemoval {
  const finish = async (organizationId: OrganizationId, id: CollectionId): Promise<void> => {
    const ids = await sources.listOfCollection(organizationId, id);
    await Promise.all(ids.map((source) => sources.settle(organizationId, source)));
    await readers.purgeCollection(id);
    // Side by side: each may wait for a provider that takes its grant back.
    await Promise.all(ids.map((source) => sources.drop(organizationId, source)));
    await deleteCollection(control.db, organizationId, id);
  };
  return {
    async mark(tx, organizationId, id) {
      for (const source of await sources.listOfCollection(organizationId, id, tx))
        await sources.mark(tx, organizationId, source);
      await updateCollection(tx, organizationId, id, { deleted_at: clock.now() });
    },
    finishWithin: (organizationId, id) => settleWithin(finish(organizationId, id), { ms: patienceMs, clock, onError }),
    async resume() {
      for (const row of await listDeletedCollections(control.db)) await finish(row.organization_id, row.id);
    },
  };
}
