import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';

export type CredentialRow = Selectable<ControlTables['credential']>;
export type OrganizationKeyRow = Selectable<ControlTables['organization_key']>;

/** Ids of the keys that wrap any stored value, of all organizations: the key ring serves them all. */
export async function listUsedKeyIds(db: Queryable): Promise<string[]> {
  const rows = await db
    .selectFrom('credential')
    .select('key_id')
    .union(db.selectFrom('organization_key').select('key_id'))
    .execute();
  return rows.map((row) => row.key_id);
}

/** Organizations' keys of all organizations that another key wraps. */
export function listKeysWrappedOtherwise(db: Queryable, keyId: string): Promise<OrganizationKeyRow[]> {
  return db.selectFrom('organization_key').selectAll().where('key_id', '!=', keyId).execute();
}

export function findOrganizationKey(
  db: Queryable,
  organizationId: OrganizationId,
): Promise<OrganizationKeyRow | undefined> {
  return db.selectFrom('organization_key').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Keeps the key that is there already: values were hashed with it. */
export async function insertOrganizationKey(db: Queryable, row: OrganizationKeyRow): Promise<void> {
  await db
    .insertInto('organization_key')
    .values(row)
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .execute();
}

/** Changes the wrapping of a key, which is made once and never sealed anew. */
export async function updateOrganizationKey(
  db: Queryable,
  organizationId: OrganizationId,
  fresh: Pick<OrganizationKeyRow, 'key_id' | 'wrapped_key'>,
): Promise<void> {
  await db.updateTable('organization_key').set(fresh).where('organization_id', '=', organizationId).execute();
}

/** Credentials of all organizations that another key wraps, by id, after `after`. */
export function listCredentialsWrappedOtherwise(
  db: Queryable,
  page: { readonly keyId: string; readonly after: ConnectionId | undefined; readonly limit: number },
): Promise<CredentialRow[]> {
  const { keyId, after, limit } = page;
  return db
    .selectFrom('credential')
    .selectAll()
    .where('key_id', '!=', keyId)
    .$if(after !== undefined, (query) => query.where('connection_id', '>', after ?? ('' as ConnectionId)))
    .orderBy('connection_id')
    .limit(limit)
    .execute();
}

/** Changes the wrapping only where nobody sealed anew in between; answers whether it did. */
export async function updateWrappedKey(
  db: Queryable,
  row: Pick<CredentialRow, 'organization_id' | 'connection_id' | 'wrapped_key'>,
  fresh: Pick<CredentialRow, 'key_id' | 'wrapped_key'>,
): Promise<boolean> {
  const result = await db
    .updateTable('credential')
    .set(fresh)
    .where('organization_id', '=', row.organization_id)
    .where('connection_id', '=', row.connection_id)
    .where('wrapped_key', '=', row.wrapped_key)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
