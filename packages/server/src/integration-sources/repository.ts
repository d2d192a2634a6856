import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { ConnectionId, OrganizationId, RelationshipId } from '../lib/ids.ts';

export type FactsRow = Selectable<ControlTables['integration_source']>;
export type RelationshipRow = Selectable<ControlTables['integration_relationship']>;
export type DatabaseRow = Selectable<ControlTables['integration_database']>;

/** What is kept of the connections; those of which nothing is have no row. */
export async function listFacts(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly ConnectionId[],
): Promise<ReadonlyMap<ConnectionId, FactsRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('integration_source')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connection_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.connection_id, row]));
}

/** Makes the row when there is none. */
export async function upsertFacts(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  change: Updateable<ControlTables['integration_source']> & { readonly modified_at: number },
): Promise<void> {
  await db
    .insertInto('integration_source')
    .values({ ...change, connection_id: id, organization_id: organizationId })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(change))
    .execute();
}

/** Raises the version of the description; false when it is not `seen` any more. */
export async function updateDescription(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  seen: number,
  change: Pick<FactsRow, 'description' | 'description_source' | 'description_generated_at'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('integration_source')
    .set({ ...change, description_version: seen + 1 })
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', id)
    .where('description_version', '=', seen)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Those that are not known yet are kept; of the others nothing changes. */
export async function insertRelationships(
  db: Queryable,
  rows: readonly Insertable<ControlTables['integration_relationship']>[],
): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('integration_relationship')
    .values([...rows])
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export interface RelationshipFilter {
  readonly status?: RelationshipRow['status'] | undefined;
  readonly kind?: RelationshipRow['kind'] | undefined;
}

export function listRelationships(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
  { status, kind }: RelationshipFilter,
): Promise<RelationshipRow[]> {
  let query = db
    .selectFrom('integration_relationship')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  return query.orderBy('from_stream').orderBy('from_columns').orderBy('to_stream').orderBy('id').execute();
}

export function findRelationship(
  db: Queryable,
  organizationId: OrganizationId,
  id: RelationshipId,
): Promise<RelationshipRow | undefined> {
  return db
    .selectFrom('integration_relationship')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function updateRelationship(
  db: Queryable,
  organizationId: OrganizationId,
  id: RelationshipId,
  change: Updateable<ControlTables['integration_relationship']>,
): Promise<void> {
  await db
    .updateTable('integration_relationship')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** False when the source has one of this name. */
export async function insertDatabase(db: Queryable, row: DatabaseRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('integration_database')
    .values(row)
    .onConflict((conflict) => conflict.columns(['connection_id', 'name']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Whose connection it is, for the operator who works for every organization. */
export async function findOwner(db: Queryable, id: ConnectionId): Promise<OrganizationId | undefined> {
  const row = await db.selectFrom('connection').select('organization_id').where('id', '=', id).executeTakeFirst();
  return row?.organization_id;
}
