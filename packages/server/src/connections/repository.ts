import { sql, type Insertable, type Selectable, type SqlBool, type Updateable } from 'kysely';
import type { PageRequest } from '../collections/model.ts';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../lib/ids.ts';
import { decodePlace } from '../lib/page-cursor.ts';
import { handleKey } from './connection-input.ts';

export type ConnectionRow = Selectable<ControlTables['connection']>;
export type CredentialRow = Selectable<ControlTables['credential']>;

export function findConnection(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom('connection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** By its handle, which compares without case. */
export function findConnectionByHandle(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  handle: string,
): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom('connection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('handle_key', '=', handleKey(handle))
    .executeTakeFirst();
}

/** Of one project and some connectors, by handle. */
export function listConnections(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  connectors: readonly string[],
): Promise<ConnectionRow[]> {
  return db
    .selectFrom('connection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('connector', 'in', connectors)
    .orderBy('handle_key')
    .execute();
}

export async function deleteConnection(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<void> {
  await db.deleteFrom('connection').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** Folded handles of the project that begin like the wanted one; enough to find a free one. */
export async function listHandleKeys(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  beginning: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('connection')
    .select('handle_key')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('handle_key', '>=', beginning)
    .where('handle_key', '<', `${beginning}\u{10FFFF}`)
    .execute();
  return rows.map((row) => row.handle_key);
}

/** Labels of the organization's connections of one kind; they tell them apart, whatever project they are in. */
export function listLabels(
  db: Queryable,
  organizationId: OrganizationId,
  connector: string,
): Promise<Pick<ConnectionRow, 'id' | 'label'>[]> {
  return db
    .selectFrom('connection')
    .select(['id', 'label'])
    .where('organization_id', '=', organizationId)
    .where('connector', '=', connector)
    .execute();
}

/** Until the transaction ends nobody else of the organization gives a label: on PostgreSQL two could give the same. */
export async function lockLabels(db: Queryable, organizationId: OrganizationId): Promise<void> {
  await db
    .updateTable('organization')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('id', '=', organizationId)
    .execute();
}

export interface ConnectionFilter {
  /** Only connections of these. */
  readonly connectors: readonly string[];
  readonly enabled?: boolean | undefined;
}

/** Newest first. */
export async function listOfOrganization(
  db: Queryable,
  organizationId: OrganizationId,
  page: PageRequest,
  { connectors, enabled }: ConnectionFilter,
): Promise<ConnectionRow[]> {
  if (connectors.length === 0) return [];
  const place = page.after === undefined ? undefined : decodePlace(page.after);
  let query = db
    .selectFrom('connection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connector', 'in', connectors);
  if (enabled !== undefined) query = query.where('enabled', '=', enabled ? 1 : 0);
  if (place) query = query.where(sql<SqlBool>`(created_at, id) < (${place.createdAt}, ${place.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).offset(page.skip).execute();
}

/** `false` when another transaction has taken the handle in the meantime. */
export async function insertConnection(db: Queryable, row: Insertable<ControlTables['connection']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('connection')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'handle_key']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

export async function updateConnection(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  change: Updateable<ControlTables['connection']>,
): Promise<void> {
  await db
    .updateTable('connection')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** Deletes the connection unless a source connection still uses it, or it was made on its own; false when it is still there. */
export async function deleteUnusedConnection(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('connection')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('stays', '=', 0)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('source_connection').select('id').where('connection_id', '=', id))),
    )
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export function findCredential(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credential')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
}

/**
 * Stores a credential that is new. What was known of the one before goes: its expiry, its refusal, and any renewal that is on its
 * way, whose answer the higher fence keeps out.
 */
export async function upsertCredential(
  db: Queryable,
  organizationId: OrganizationId,
  row: Pick<CredentialRow, 'connection_id' | 'key_id' | 'wrapped_key' | 'ciphertext' | 'updated_at' | 'renew_at'>,
): Promise<void> {
  const { connection_id: _, ...change } = row;
  const anew = { expires_at: null, renewal_owner: null, renewal_until: null, refused_reason: null };
  await db
    .insertInto('credential')
    .values({ ...row, organization_id: organizationId })
    .onConflict((conflict) =>
      conflict.column('connection_id').doUpdateSet((eb) => ({
        ...change,
        ...anew,
        renewal_fence: eb('credential.renewal_fence', '+', 1),
      })),
    )
    .execute();
}

/** Seals the same credential anew, with other settings beside it; `false` when it has been changed since it was read as `seen`. */
export async function updateSealed(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
  change: { readonly seen: string; readonly sealed: Pick<CredentialRow, 'key_id' | 'wrapped_key' | 'ciphertext'> },
): Promise<boolean> {
  const { key_id, wrapped_key, ciphertext } = change.sealed;
  const { numUpdatedRows } = await db
    .updateTable('credential')
    .set({ key_id, wrapped_key, ciphertext })
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .where('ciphertext', '=', change.seen)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** How many source connections read with the connection, those that are being deleted included. */
export async function countUsers(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<number> {
  const { users } = await db
    .selectFrom('source_connection')
    .select((eb) => eb.fn.countAll<number>().as('users'))
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirstOrThrow();
  return Number(users);
}
