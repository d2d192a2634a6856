import { sql, type Selectable, type Updateable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables } from '../../control/schema.ts';
import type { AuthProviderId, ConnectionId, OrganizationId, SourceConnectionId } from '../../lib/ids.ts';

export type AuthProviderRow = Selectable<ControlTables['auth_provider']>;

export function findAuthProvider(
  db: Queryable,
  organizationId: OrganizationId,
  id: AuthProviderId,
): Promise<AuthProviderRow | undefined> {
  return db
    .selectFrom('auth_provider')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export function findAuthProviderByReadableId(
  db: Queryable,
  organizationId: OrganizationId,
  readableId: string,
): Promise<AuthProviderRow | undefined> {
  return db
    .selectFrom('auth_provider')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('readable_id', '=', readableId)
    .executeTakeFirst();
}

/** Newest first. */
export function listAuthProviders(
  db: Queryable,
  organizationId: OrganizationId,
  page: { readonly skip: number; readonly limit: number },
): Promise<AuthProviderRow[]> {
  return db
    .selectFrom('auth_provider')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** Answers false when the readable id is taken. */
export async function insertAuthProvider(db: Queryable, row: AuthProviderRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('auth_provider')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'readable_id']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

export async function updateAuthProvider(
  db: Queryable,
  organizationId: OrganizationId,
  id: AuthProviderId,
  change: Updateable<ControlTables['auth_provider']>,
): Promise<void> {
  await db
    .updateTable('auth_provider')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export async function deleteAuthProvider(
  db: Queryable,
  organizationId: OrganizationId,
  id: AuthProviderId,
): Promise<void> {
  await db.deleteFrom('auth_provider').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** How many connections get their credentials from it. */
export async function countConnectionsOf(
  db: Queryable,
  organizationId: OrganizationId,
  id: AuthProviderId,
): Promise<number> {
  const { count } = await db
    .selectFrom('connection')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', organizationId)
    .where('auth_provider_id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Which account of which vault a connection's credentials are; undefined for every other way to authenticate. */
export async function findOutsideAccount(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<{ readonly authProviderId: AuthProviderId; readonly config: string | null } | undefined> {
  const row = await db
    .selectFrom('connection')
    .select(['auth_provider_id', 'auth_provider_config'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', connectionId)
    .executeTakeFirst();
  return row?.auth_provider_id ? { authProviderId: row.auth_provider_id, config: row.auth_provider_config } : undefined;
}

/** The source connection that a connection was made with: the oldest. */
export async function findFirstSourceConnectionId(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<SourceConnectionId | undefined> {
  const row = await db
    .selectFrom('source_connection')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}
