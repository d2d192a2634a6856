import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { ConnectionId } from '../lib/ids.ts';

export type CredentialRow = Selectable<ControlTables['credential']>;

/** Ids of the keys that wrap any stored value, of all organizations: the key ring serves them all. */
export async function listUsedKeyIds(db: Queryable): Promise<string[]> {
  const rows = await db.selectFrom('credential').select('key_id').distinct().execute();
  return rows.map((row) => row.key_id);
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
