import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables, Millis } from '../control/schema.ts';
import type { ApiKeyId, OrganizationId } from '../lib/ids.ts';

export type ApiKeyRow = Selectable<ControlTables['api_key']>;
/** Without the hash, which only the authentication needs. */
export type ListedApiKeyRow = Omit<ApiKeyRow, 'hash'>;

const listed = [
  'id',
  'organization_id',
  'prefix',
  'owner_name',
  'owner_email',
  'scopes',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
] as const;

/** Answers false when the key exists already. */
export async function insertApiKey(db: Queryable, row: ApiKeyRow): Promise<boolean> {
  const result = await db
    .insertInto('api_key')
    .values(row)
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** The only query without an organization: it tells which one a caller belongs to. */
export function findApiKeyByHash(db: Queryable, hash: string): Promise<ListedApiKeyRow | undefined> {
  return db.selectFrom('api_key').select(listed).where('hash', '=', hash).executeTakeFirst();
}

export function findApiKey(
  db: Queryable,
  organizationId: OrganizationId,
  id: ApiKeyId,
): Promise<ListedApiKeyRow | undefined> {
  return db
    .selectFrom('api_key')
    .select(listed)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Newest first, revoked and expired ones too. */
export function listApiKeys(
  db: Queryable,
  organizationId: OrganizationId,
  page: { readonly skip: number; readonly limit: number },
): Promise<ListedApiKeyRow[]> {
  return db
    .selectFrom('api_key')
    .select(listed)
    .where('organization_id', '=', organizationId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** The keys that let a request in at `now`. */
export function listUsableApiKeys(
  db: Queryable,
  organizationId: OrganizationId,
  now: Millis,
): Promise<Pick<ApiKeyRow, 'id' | 'scopes'>[]> {
  return db
    .selectFrom('api_key')
    .select(['id', 'scopes'])
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', now)]))
    .execute();
}

export async function updateRevokedAt(
  db: Queryable,
  organizationId: OrganizationId,
  id: ApiKeyId,
  revokedAt: Millis,
): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ revoked_at: revokedAt })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
}

export async function updateLastUsedAt(
  db: Queryable,
  organizationId: OrganizationId,
  id: ApiKeyId,
  usedAt: Millis,
): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ last_used_at: usedAt })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}
