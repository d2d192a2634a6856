import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type CollectionId } from '../lib/ids.ts';
import { encodePlace } from '../lib/page-cursor.ts';
import type { Collection, CollectionChange, CollectionInput, Listed, PageRequest } from './model.ts';
import { readableIdFrom } from '../lib/readable-id.ts';
import type { CollectionRemoval } from './removal.ts';
import {
  countCollections,
  findCollection,
  insertCollection,
  listCollections,
  listSourceStates,
  updateCollection,
  type CollectionRow,
  type SourceState,
} from './repository.ts';
import { collectionStatus } from './status.ts';

export interface CollectionService {
  create(actor: Actor, input: CollectionInput): Promise<Collection>;
  /** Throws `collection_not_found`. */
  get(actor: Actor, readableId: string): Promise<Collection>;
  list(actor: Actor, page: PageRequest, search: string): Promise<Listed<Collection>>;
  count(actor: Actor, search: string): Promise<number>;
  update(actor: Actor, readableId: string, change: CollectionChange): Promise<Collection>;
  /** The id of a live collection, inside the caller's transaction. Throws `collection_not_found`. */
  lockId(tx: Queryable, actor: Actor, readableId: string): Promise<CollectionId>;
  /** Gives the object as it was; its source connections, rows and files are gone when this returns, or shortly after. */
  remove(actor: Actor, readableId: string): Promise<Collection>;
}

function parseJson(text: string | null): JsonObject | null {
  return text === null ? null : (JSON.parse(text) as JsonObject);
}

function toCollection(row: CollectionRow, states: readonly SourceState[]): Collection {
  const own = states.filter((state) => state.collection_id === row.id);
  return {
    id: row.id,
    organizationId: row.organization_id,
    readableId: row.readable_id,
    name: row.name,
    syncConfig: parseJson(row.sync_config),
    status: collectionStatus(
      own.map((state) => ({ authenticated: state.authenticated_at !== null, lastState: state.last_state })),
    ),
    sources: own.map((state) => ({ shortName: state.connector_given, name: state.name })),
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    createdByEmail: row.created_by_email,
    modifiedByEmail: row.modified_by_email,
  };
}

async function withStates(db: Queryable, actor: Actor, rows: readonly CollectionRow[]): Promise<Collection[]> {
  const states =
    rows.length === 0
      ? []
      : await listSourceStates(
          db,
          actor.organizationId,
          rows.map((row) => row.id),
        );
  return rows.map((row) => toCollection(row, states));
}

async function getRow(db: Queryable, actor: Actor, readableId: string): Promise<CollectionRow> {
  const row = await findCollection(db, actor.organizationId, readableId);
  if (!row) throw errors.collection_not_found({ readableId });
  return row;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly removal: CollectionRemoval;
}

async function insertNew({ control, clock, audit }: Needs, actor: Actor, input: CollectionInput): Promise<string> {
  const readableId = input.readableId ?? readableIdFrom(input.name);
  const now = clock.now();
  await control.transaction(async (tx) => {
    if (await findCollection(tx, actor.organizationId, readableId)) throw errors.collection_exists({ readableId });
    const id = newId<CollectionId>();
    await insertCollection(tx, {
      id,
      organization_id: actor.organizationId,
      readable_id: readableId,
      name: input.name,
      sync_config: input.syncConfig ? JSON.stringify(input.syncConfig) : null,
      created_at: now,
      modified_at: now,
      created_by_email: actor.email,
      modified_by_email: actor.email,
      deleted_at: null,
    });
    await audit.record(tx, actor, { action: 'collection.created', subjectKind: 'collection', subjectId: id });
  });
  return readableId;
}

export function createCollectionService(needs: Needs): CollectionService {
  const { control, clock, audit, removal } = needs;
  const show = async (actor: Actor, readableId: string): Promise<Collection> => {
    const row = await getRow(control.db, actor, readableId);
    return toCollection(row, await listSourceStates(control.db, actor.organizationId, [row.id]));
  };
  return {
    get: show,
    async create(actor, input) {
      return show(actor, await insertNew(needs, actor, input));
    },
    async list(actor, page, search) {
      const rows = await listCollections(control.db, actor.organizationId, { ...page, limit: page.limit + 1 }, search);
      const shown = rows.slice(0, page.limit);
      const last = shown.at(-1);
      return {
        items: await withStates(control.db, actor, shown),
        next: rows.length > page.limit && last ? encodePlace({ createdAt: last.created_at, id: last.id }) : null,
      };
    },
    lockId: async (tx, actor, readableId) => (await getRow(tx, actor, readableId)).id,
    count: (actor, search) => countCollections(control.db, actor.organizationId, search),
    async update(actor, readableId, change) {
      await control.transaction(async (tx) => {
        const row = await getRow(tx, actor, readableId);
        await updateCollection(tx, actor.organizationId, row.id, {
          ...(change.name !== undefined && { name: change.name }),
          ...(change.syncConfig !== undefined && {
            sync_config: change.syncConfig && JSON.stringify(change.syncConfig),
          }),
          modified_at: clock.now(),
          modified_by_email: actor.email,
        });
        await audit.record(tx, actor, { action: 'collection.updated', subjectKind: 'collection', subjectId: row.id });
      });
      return show(actor, readableId);
    },
    async remove(actor, readableId) {
      const shown = await show(actor, readableId);
      await control.transaction(async (tx) => {
        await removal.mark(tx, actor.organizationId, shown.id);
        await audit.record(tx, actor, { action: 'collection.deleted', subjectKind: 'collection', subjectId: shown.id });
      });
      await removal.finishWithin(actor.organizationId, shown.id);
      return shown;
    },
  };
}
