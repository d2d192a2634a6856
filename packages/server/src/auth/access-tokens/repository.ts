import type { Selectable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables, Millis } from '../../control/schema.ts';
import type { OrganizationId } from '../../lib/ids.ts';

export type AccessTokenRow = Selectable<ControlTables['access_token']>;

export async function insertAccessToken(db: Queryable, row: AccessTokenRow): Promise<void> {
  await db.insertInto('access_token').values(row).execute();
}

/** Without an organization: it tells which one a caller belongs to. */
export function findAccessTokenByHash(db: Queryable, hash: string): Promise<AccessTokenRow | undefined> {
  return db.selectFrom('access_token').selectAll().where('hash', '=', hash).executeTakeFirst();
}

/** Those that let nobody in any more. */
export async function deleteExpiredAccessTokens(
  db: Queryable,
  organizationId: OrganizationId,
  now: Millis,
): Promise<void> {
  await db
    .deleteFrom('access_token')
    .where('organization_id', '=', organizationId)
    .where('expires_at', '<=', now)
    .execute();
}
