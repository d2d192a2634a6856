import { sql, type Insertable, type Selectable, type SqlBool, type Updateable } from 'kysely';
import type { StoreSize } from '../collection-store/port.ts';
import type { Queryable } from '../control/database.ts';
import type { ControlTables, JobState, Millis } from '../control/schema.ts';
import type { CollectionId, OrganizationId } from '../lib/ids.ts';
import { decodePlace } from '../lib/page-cursor.ts';
import type { PageRequest } from './model.ts';

export type CollectionRow = Selectable<ControlTables['collection']>;

/** What the status of a collection is made of, one row a source connection. */
export interface SourceState {
  readonly collection_id: CollectionId;
  readonly name: string;
  readonly connector_given: string;
  readonly authenticated_at: number | null;
  readonly last_state: JobState | null;
}

export function findCollection(
  db: Queryable,
  organizationId: OrganizationId,
  readableId: string,
): Promise<CollectionRow | undefined> {
  return db
    .selectFrom('collection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('readable_id', '=', readableId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** `name` or `readable_id` contains the text; `%` and `_` stand for themselves. */
function containing(text: string): ReturnType<typeof sql<SqlBool>> {
  const pattern = `%${text.toLowerCase().replaceAll(/[!%_]/g, (sign) => `!${sign}`)}%`;
  return sql<SqlBool>`(lower(name) like ${pattern} escape '!' or readable_id like ${pattern} escape '!')`;
}

/** Collections, newest first. */
export function listCollections(
  db: Queryable,
  organizationId: OrganizationId,
  page: PageRequest,
  search: string,
): Promise<CollectionRow[]> {
  const place = page.after === undefined ? undefined : decodePlace(page.after);
  let query = db
    .selectFrom('collection')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null);
  if (search !== '') query = query.where(containing(search));
  if (place) query = query.where(sql<SqlBool>`(created_at, id) < (${place.createdAt}, ${place.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).offset(page.skip).execute();
}

export async function countCollections(db: Queryable, organizationId: OrganizationId, search: string): Promise<number> {
  let query = db
    .selectFrom('collection')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null);
  if (search !== '') query = query.where(containing(search));
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** The source connections of the given collections with the state of their newest job. */
export function listSourceStates(
  db: Queryable,
  organizationId: OrganizationId,
  ids: readonly CollectionId[],
): Promise<SourceState[]> {
  return db
    .selectFrom('source_connection')
    .innerJoin('connection', 'connection.id', 'source_connection.connection_id')
    .select((eb) => [
      'source_connection.collection_id',
      'source_connection.name',
      'connection.connector_given',
      'connection.authenticated_at',
      eb
        .selectFrom('sync_job')
        .select('sync_job.state')
        .whereRef('sync_job.source_connection_id', '=', 'source_connection.id')
        .orderBy('sync_job.requested_at', 'desc')
        .orderBy('sync_job.id', 'desc')
        .limit(1)
        .as('last_state'),
    ])
    .where('source_connection.organization_id', '=', organizationId)
    .where('source_connection.deleted_at', 'is', null)
    .where('source_connection.collection_id', 'in', ids)
    .orderBy('source_connection.created_at')
    .execute();
}

export async function insertCollection(db: Queryable, row: Insertable<ControlTables['collection']>): Promise<void> {
  await db.insertInto('collection').values(row).execute();
}

export async function updateCollection(
  db: Queryable,
  organizationId: OrganizationId,
  id: CollectionId,
  change: Updateable<ControlTables['collection']>,
): Promise<void> {
  await db
    .updateTable('collection')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** Collections whose purge was begun and not ended, of every organization; read once at start. */
export function listDeletedCollections(db: Queryable): Promise<CollectionRow[]> {
  return db.selectFrom('collection').selectAll().where('deleted_at', 'is not', null).execute();
}

export async function deleteCollection(db: Queryable, organizationId: OrganizationId, id: CollectionId): Promise<void> {
  await db.deleteFrom('collection').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

export interface CollectionUsage extends StoreSize {
  readonly readableId: string;
  /** Milliseconds since the epoch. */
  readonly measuredAt: Millis;
}

/** Keeps what was measured of a collection; one that is gone is left alone. */
export async function upsertUsage(
  db: Queryable,
  organizationId: OrganizationId,
  collectionId: CollectionId,
  { entities, bytes, measuredAt }: StoreSize & { readonly measuredAt: Millis },
): Promise<void> {
  await sql`
    insert into collection_usage (collection_id, organization_id, entities, bytes, measured_at)
    select id, organization_id, cast(${entities} as bigint), cast(${bytes} as bigint), cast(${measuredAt} as bigint)
    from collection where id = ${collectionId} and organization_id = ${organizationId}
    on conflict (collection_id) do update
      set entities = excluded.entities, bytes = excluded.bytes, measured_at = excluded.measured_at`.execute(db);
}

/** What all collections of the organization but one take, as last measured. */
export async function sumUsageBeside(
  db: Queryable,
  organizationId: OrganizationId,
  collectionId: CollectionId,
): Promise<StoreSize> {
  const sums = await db
    .selectFrom('collection_usage')
    .select((eb) => [
      eb.fn.sum<number | null>('entities').as('entities'),
      eb.fn.sum<number | null>('bytes').as('bytes'),
    ])
    .where('organization_id', '=', organizationId)
    .where('collection_id', '<>', collectionId)
    .executeTakeFirstOrThrow();
  return { entities: Number(sums.entities ?? 0), bytes: Number(sums.bytes ?? 0) };
}

/** What each collection takes, the largest first; those that were never synced are left out. */
export function listUsage(db: Queryable, organizationId: OrganizationId): Promise<CollectionUsage[]> {
  return db
    .selectFrom('collection_usage')
    .innerJoin('collection', 'collection.id', 'collection_usage.collection_id')
    .select(['collection.readable_id as readableId', 'entities', 'bytes', 'measured_at as measuredAt'])
    .where('collection_usage.organization_id', '=', organizationId)
    .where('collection.deleted_at', 'is', null)
    .orderBy('bytes', 'desc')
    .orderBy('collection.readable_id')
    .execute();
}
