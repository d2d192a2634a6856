import type { Selectable, Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { ConnectorRowId, OrganizationId } from '../lib/ids.ts';

export type ConnectorRow = Selectable<ControlTables['connector']>;
export type VersionRow = Selectable<ControlTables['connector_version']>;
/** A version without its content. */
export type VersionFacts = Omit<VersionRow, 'manifest' | 'files'>;

/** Answers false when the name is taken. */
export async function insertConnector(db: Queryable, row: ConnectorRow): Promise<boolean> {
  const result = await db
    .insertInto('connector')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function insertVersion(db: Queryable, row: VersionRow): Promise<void> {
  await db.insertInto('connector_version').values(row).execute();
}

/** By name. */
export function listConnectors(db: Queryable, organizationId: OrganizationId): Promise<ConnectorRow[]> {
  return db.selectFrom('connector').selectAll().where('organization_id', '=', organizationId).orderBy('name').execute();
}

export function findConnector(
  db: Queryable,
  organizationId: OrganizationId,
  name: string,
): Promise<ConnectorRow | undefined> {
  return db
    .selectFrom('connector')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export function findVersion(
  db: Queryable,
  organizationId: OrganizationId,
  connectorId: ConnectorRowId,
  version: number,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom('connector_version')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connector_id', '=', connectorId)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** Newest first, without their contents. */
export function listVersions(
  db: Queryable,
  organizationId: OrganizationId,
  connectorId: ConnectorRowId,
): Promise<VersionFacts[]> {
  return db
    .selectFrom('connector_version')
    .select([
      'connector_id',
      'organization_id',
      'version',
      'content_hash',
      'facts',
      'origin',
      'created_at',
      'created_by_email',
    ])
    .where('organization_id', '=', organizationId)
    .where('connector_id', '=', connectorId)
    .orderBy('version', 'desc')
    .execute();
}

export async function updateConnector(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectorRowId,
  change: Updateable<ControlTables['connector']>,
): Promise<void> {
  await db
    .updateTable('connector')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export async function deleteConnector(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectorRowId,
): Promise<void> {
  await db.deleteFrom('connector').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}
