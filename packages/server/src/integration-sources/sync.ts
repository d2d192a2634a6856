import type { Actor } from '../auth/actor.ts';
import { AppError, errors } from '../errors.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { readInto } from './create.ts';
import { getSource, type SourceNeeds } from './lookup.ts';

export interface SyncInput {
  readonly fullRefresh: boolean;
  readonly collection?: string | undefined;
}

/** Makes what reads a source into a collection; its first job is queued with it. */
async function begin(needs: SourceNeeds, actor: Actor, id: ConnectionId, collection: string): Promise<void> {
  await needs.control.transaction(async (tx) => {
    await readInto(needs, tx, actor, id, collection);
    const action = 'integration_source.sync_begun';
    await needs.audit.record(tx, actor, { action, subjectKind: 'connection', subjectId: id });
  });
  needs.wake();
}

/** Starts all that read the source; what runs already is left to run, unless there is nothing else. */
export async function syncSource(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
  { fullRefresh, collection }: SyncInput,
): Promise<void> {
  const { orders, shown } = await getSource(needs, needs.control.db, actor.organizationId, id);
  if (orders.length === 0) {
    if (collection === undefined) throw errors.integration_source_not_synced({ id });
    if (!shown.isActive) throw errors.sync_not_active({ state: 'inactive' });
    return begin(needs, actor, id, collection);
  }
  let refusal: unknown;
  let started = 0;
  for (const order of orders) {
    try {
      await needs.syncs.start(actor, order.id, { fullRefresh });
      started += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusal ??= error;
    }
  }
  if (started === 0) throw refusal;
}
