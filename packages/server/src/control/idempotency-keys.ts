import type { Selectable } from 'kysely';
import type { OrganizationId } from '../lib/ids.ts';
import type { Queryable } from './database.ts';
import type { ControlTables, Millis } from './schema.ts';

export type IdempotencyRow = Selectable<ControlTables['idempotency_key']>;

/** Claims a key for the request that comes first; answers false when it is claimed already. */
export async function insertIdempotencyKey(
  db: Queryable,
  organizationId: OrganizationId,
  row: Pick<IdempotencyRow, 'key' | 'request_hash' | 'created_at'>,
): Promise<boolean> {
  const result = await db
    .insertInto('idempotency_key')
    .values({ ...row, organization_id: organizationId, status: null, body: null })
    .onConflict((conflict) => conflict.columns(['organization_id', 'key']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findIdempotencyKey(
  db: Queryable,
  organizationId: OrganizationId,
  key: string,
): Promise<IdempotencyRow | undefined> {
  return db
    .selectFrom('idempotency_key')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** Takes a claim over that was made before `claimedBefore` and never answered; answers whether it did. */
export async function updateAbandonedIdempotencyKey(
  db: Queryable,
  organizationId: OrganizationId,
  claim: { readonly key: string; readonly now: Millis; readonly claimedBefore: Millis },
): Promise<boolean> {
  const result = await db
    .updateTable('idempotency_key')
    .set({ created_at: claim.now })
    .where('organization_id', '=', organizationId)
    .where('key', '=', claim.key)
    .where('status', 'is', null)
    .where('created_at', '<', claim.claimedBefore)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function updateIdempotentAnswer(
  db: Queryable,
  organizationId: OrganizationId,
  key: string,
  answer: { readonly status: number; readonly body: string },
): Promise<void> {
  await db
    .updateTable('idempotency_key')
    .set(answer)
    .where('organization_id', '=', organizationId)
    .where('key', '=', key)
    .execute();
}

export async function deleteIdempotencyKey(db: Queryable, organizationId: OrganizationId, key: string): Promise<void> {
  await db.deleteFrom('idempotency_key').where('organization_id', '=', organizationId).where('key', '=', key).execute();
}

/** Of all organizations: keys have one age. */
export async function deleteIdempotencyKeysBefore(db: Queryable, before: Millis): Promise<void> {
  await db.deleteFrom('idempotency_key').where('created_at', '<', before).execute();
}
