import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../../../control/database.ts';
import type { AuthorizationStatus, ControlTables, Millis } from '../../../control/schema.ts';
import type { AuthorizationSessionId, OrganizationId, SourceConnectionId } from '../../../lib/ids.ts';

export type SessionRow = Selectable<ControlTables['authorization_session']>;
type Change = Updateable<ControlTables['authorization_session']>;

export async function insertSession(db: Queryable, row: SessionRow): Promise<void> {
  await db.insertInto('authorization_session').values(row).execute();
}

/** Without an organization: who follows a link has no key, and the code says whose it is. */
export function findSessionByCode(db: Queryable, codeHash: string): Promise<SessionRow | undefined> {
  return db.selectFrom('authorization_session').selectAll().where('code_hash', '=', codeHash).executeTakeFirst();
}

/** Without an organization: who comes back from a provider has no key, and the state says whose it is. */
export function findSessionByState(db: Queryable, stateHash: string): Promise<SessionRow | undefined> {
  return db.selectFrom('authorization_session').selectAll().where('state_hash', '=', stateHash).executeTakeFirst();
}

/** The newest session of a source connection. */
export function findLatestSession(
  db: Queryable,
  organizationId: OrganizationId,
  sourceConnectionId: SourceConnectionId,
): Promise<SessionRow | undefined> {
  return db
    .selectFrom('authorization_session')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('source_connection_id', '=', sourceConnectionId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Changes a session that is still as `from` says; false when it is not, so that each step is taken once. */
export async function moveSession(
  db: Queryable,
  organizationId: OrganizationId,
  id: AuthorizationSessionId,
  from: AuthorizationStatus,
  change: Change,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('authorization_session')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends what is still open of a source connection. */
export async function cancelSessions(
  db: Queryable,
  organizationId: OrganizationId,
  sourceConnectionId: SourceConnectionId,
): Promise<void> {
  await db
    .updateTable('authorization_session')
    .set({ status: 'cancelled' })
    .where('organization_id', '=', organizationId)
    .where('source_connection_id', '=', sourceConnectionId)
    .where('status', 'in', ['pending', 'started', 'returned', 'authorized'])
    .execute();
}

/** Sessions of all organizations that ended before; at most `limit` at once. */
export async function deleteSessionsBefore(db: Queryable, before: Millis, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('authorization_session')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('authorization_session')
        .select('id')
        .where('expires_at', '<', before)
        .orderBy('expires_at')
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
