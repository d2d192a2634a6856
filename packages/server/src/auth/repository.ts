import type { Selectable, Updateable } from 'kysely';
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
  'created_by_email',
  'modified_at',
  'modified_by_email',
  'replaced_by',
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

export interface ApiKeyPage {
  readonly skip: number;
  readonly limit: number;
  /** Leave out those that were revoked. */
  readonly hideRevoked?: boolean;
}

/** Newest first, revoked and expired ones too. */
export function listApiKeys(
  db: Queryable,
  organizationId: OrganizationId,
  page: ApiKeyPage,
): Promise<ListedApiKeyRow[]> {
  return db
    .selectFrom('api_key')
    .select(listed)
    .where('organization_id', '=', organizationId)
    .$if(page.hideRevoked === true, (query) => query.where('revoked_at', 'is', null))
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

/** Changes a key that still lets requests in; false when it was revoked or replaced meanwhile. */
export async function updateUsableApiKey(
  db: Queryable,
  organizationId: OrganizationId,
  id: ApiKeyId,
  change: Pick<
    Updateable<ControlTables['api_key']>,
    'revoked_at' | 'expires_at' | 'replaced_by' | 'modified_at' | 'modified_by_email'
  >,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_key')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .$if(change.replaced_by !== undefined, (query) => query.where('replaced_by', 'is', null))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
