import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables } from '../../control/schema.ts';
import type { OAuthClientId, OrganizationId } from '../../lib/ids.ts';

export type OAuthClientRow = Selectable<ControlTables['oauth_client']>;

export async function insertOAuthClient(db: Queryable, row: OAuthClientRow): Promise<void> {
  await db.insertInto('oauth_client').values(row).execute();
}

export function findOAuthClient(
  db: Queryable,
  organizationId: OrganizationId,
  id: OAuthClientId,
): Promise<OAuthClientRow | undefined> {
  return db
    .selectFrom('oauth_client')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Newest first; with `connector` those for one source. */
export function listOAuthClients(
  db: Queryable,
  organizationId: OrganizationId,
  connector?: string,
): Promise<OAuthClientRow[]> {
  let query = db.selectFrom('oauth_client').selectAll().where('organization_id', '=', organizationId);
  if (connector !== undefined) query = query.where('connector', '=', connector);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').execute();
}

export async function updateOAuthClient(
  db: Queryable,
  organizationId: OrganizationId,
  id: OAuthClientId,
  change: Updateable<ControlTables['oauth_client']>,
): Promise<void> {
  await db
    .updateTable('oauth_client')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** Deletes the client unless a connection was made with it; answers whether it did. */
export async function deleteUnusedOAuthClient(
  db: Queryable,
  organizationId: OrganizationId,
  id: OAuthClientId,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('oauth_client')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('connection').select('id').where('oauth_client_id', '=', id))),
    )
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
