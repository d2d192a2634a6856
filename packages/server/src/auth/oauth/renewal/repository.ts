import { sql, type Selectable } from 'kysely';
import type { Queryable } from '../../../control/database.ts';
import type { ControlTables, Millis } from '../../../control/schema.ts';
import type { OAuthClientId } from '../../../lib/ids.ts';
import type { Sealed } from '../../../vault/vault.ts';
import type { CredentialRef } from '../credential-ref.ts';

export interface KeptRow extends Selectable<ControlTables['credential']> {
  readonly connector: string;
  readonly oauth_client_id: OAuthClientId | null;
}

/** What proves that a process may write what a provider has answered; every statement compares both. */
export interface RenewalLease extends CredentialRef {
  readonly owner: string;
  readonly fence: number;
}

/** A lease as somebody saw it who waits for it. */
export type SeenLease = Pick<KeptRow, 'renewal_fence' | 'renewal_until'>;

export function findKept(db: Queryable, { organizationId, connectionId }: CredentialRef): Promise<KeptRow | undefined> {
  return db
    .selectFrom('credential')
    .innerJoin('connection', 'connection.id', 'credential.connection_id')
    .selectAll('credential')
    .select(['connection.connector', 'connection.oauth_client_id'])
    .where('credential.organization_id', '=', organizationId)
    .where('credential.connection_id', '=', connectionId)
    .executeTakeFirst();
}

/**
 * Takes the lease when nobody has it, or from whoever has held it as `seen` for too long. `undefined` when another was
 * quicker, the credential has been changed since it was read (`ciphertext`), or it was refused for good.
 */
export async function takeLease(
  db: Queryable,
  { organizationId, connectionId }: CredentialRef,
  take: {
    readonly owner: string;
    readonly until: Millis;
    readonly ciphertext: string;
    /** Take it from its owner. */
    readonly seen?: SeenLease;
  },
): Promise<RenewalLease | undefined> {
  const { owner, until, ciphertext, seen } = take;
  const row = await db
    .updateTable('credential')
    .set({ renewal_owner: owner, renewal_until: until })
    .set((eb) => ({ renewal_fence: eb('renewal_fence', '+', 1) }))
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .where('ciphertext', '=', ciphertext)
    .where('refused_reason', 'is', null)
    .where((eb) =>
      seen
        ? eb.and([eb('renewal_fence', '=', seen.renewal_fence), eb('renewal_until', '=', seen.renewal_until)])
        : eb('renewal_owner', 'is', null),
    )
    .returning('renewal_fence')
    .executeTakeFirst();
  return row && { organizationId, connectionId, owner, fence: row.renewal_fence };
}

const held = (db: Queryable, { organizationId, connectionId, owner, fence }: RenewalLease) =>
  db
    .updateTable('credential')
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .where('renewal_owner', '=', owner)
    .where('renewal_fence', '=', fence);

/** `false` when the lease is lost. */
export async function extendLease(db: Queryable, lease: RenewalLease, until: Millis): Promise<boolean> {
  const { numUpdatedRows } = await held(db, lease).set({ renewal_until: until }).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives the lease back; `restUntil`: nobody asks the provider before. `false` when the lease is lost. */
export async function releaseLease(db: Queryable, lease: RenewalLease, restUntil: Millis | null): Promise<boolean> {
  const { numUpdatedRows } = await held(db, lease)
    .set({ renewal_owner: null, renewal_until: restUntil })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export type RenewalTimes = Pick<KeptRow, 'expires_at' | 'renew_at'>;

/** Stores what the provider answered and gives the lease back; `false`, with nothing written, when the lease or the value is another. */
export async function storeRenewed(
  db: Queryable,
  lease: RenewalLease,
  change: { readonly seen: string; readonly sealed: Sealed; readonly times: RenewalTimes; readonly now: Millis },
): Promise<boolean> {
  const { key_id, wrapped_key, ciphertext } = change.sealed;
  const { numUpdatedRows } = await held(db, lease)
    .set({ key_id, wrapped_key, ciphertext, ...change.times, updated_at: change.now })
    .set({ renewal_owner: null, renewal_until: null })
    .where('ciphertext', '=', change.seen)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Only a person can go on. `false`, with nothing written, when the lease or the value is another. */
export async function storeRefusal(
  db: Queryable,
  lease: RenewalLease,
  change: { readonly seen: string; readonly reason: string },
): Promise<boolean> {
  const { numUpdatedRows } = await held(db, lease)
    .set({ refused_reason: change.reason, renewal_owner: null, renewal_until: null })
    .where('ciphertext', '=', change.seen)
    .where('refused_reason', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Pauses the schedules of all source connections that read with the credential, unless a person has paused them. */
export async function pauseSchedules(
  db: Queryable,
  { organizationId, connectionId }: CredentialRef,
  now: Millis,
): Promise<void> {
  await db
    .updateTable('source_connection')
    .set({ paused_by: 'credential', paused_at: now })
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .where('paused_by', 'is', null)
    .execute();
}

/** Credentials of all organizations whose refresh token would die unless it is used, longest due first. */
export function listDue(
  db: Queryable,
  now: Millis,
  limit: number,
): Promise<Pick<KeptRow, 'organization_id' | 'connection_id'>[]> {
  return (
    db
      .selectFrom('credential')
      .select(['organization_id', 'connection_id'])
      // As the partial index says it.
      .where(sql<boolean>`renew_at is not null and refused_reason is null`)
      .where('renew_at', '<=', now)
      .where((eb) => eb.or([eb('renewal_until', 'is', null), eb('renewal_until', '<=', now)]))
      .orderBy('renew_at')
      .limit(limit)
      .execute()
  );
}

/** Says when the credential is to be looked at again; with `ciphertext` only as long as it is the one that was read. */
export async function updateRenewAt(
  db: Queryable,
  { organizationId, connectionId }: CredentialRef,
  change: { readonly ciphertext: string | undefined; readonly renewAt: Millis | null },
): Promise<void> {
  let query = db
    .updateTable('credential')
    .set({ renew_at: change.renewAt })
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId);
  if (change.ciphertext !== undefined) query = query.where('ciphertext', '=', change.ciphertext);
  await query.execute();
}
