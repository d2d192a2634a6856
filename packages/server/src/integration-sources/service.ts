import type { Actor } from '../auth/actor.ts';
import type { Listed, PageRequest } from '../collections/model.ts';
import { AppError, errors } from '../errors.ts';
import type { ConnectionId, RelationshipId } from '../lib/ids.ts';
import { encodePlace } from '../lib/page-cursor.ts';
import { settleWithin } from '../lib/settle-within.ts';
import type { SyncJob } from '../syncs/model.ts';
import { createSource } from './create.ts';
import { addDatabase } from './databases.ts';
import { generateDescription } from './description.ts';
import { getShown, getSource, toFound, type SourceNeeds } from './lookup.ts';
import type {
  Changed,
  IntegrationSource,
  NewDatabase,
  NewSource,
  Relationship,
  RelationshipChange,
  SourceChange,
  SourceColumn,
  SourceDatabase,
  SourceFilter,
  SourceStream,
} from './model.ts';
import { changeRelationship, listSourceRelationships, type RelationshipQuery } from './relationships.ts';
import { listColumns, listStreams, selectionWarnings } from './streams.ts';
import { syncSource } from './sync.ts';
import { testSource, type Tested } from './test-connection.ts';
import { changeSource } from './update.ts';
import { sourceTypeOf } from './view.ts';

/**
 * Connections as a catalogue of sources: what they are, what they can do, how their last sync went. Connections made elsewhere
 * are seen as well, as far as they can be read. Every call stays inside the actor's organization and throws
 * `integration_source_not_found` for an id of another one.
 */
export interface IntegrationSourceService {
  /** Newest first. */
  list(actor: Actor, page: PageRequest, filter: SourceFilter): Promise<Listed<IntegrationSource>>;
  get(actor: Actor, id: ConnectionId): Promise<IntegrationSource>;
  /**
   * Makes a connection in the project `default`; nothing is asked of the source. Settings may be incomplete until it is read.
   * Throws `source_not_found`, `source_type_mismatch`, `invalid_configuration`, `connection_label_taken`, `collection_not_found`.
   */
  create(actor: Actor, input: NewSource): Promise<Changed>;
  /**
   * Changes what is given. Throws `system_source_protected`, `invalid_configuration`, `connection_label_required`,
   * `connection_label_taken`, `description_version_stale`, `system_source_unknown`, `airbyte_connection_incoherent`.
   */
  update(actor: Actor, id: ConnectionId, change: SourceChange): Promise<Changed>;
  /** With all that was read of it. Throws `system_source_protected`. */
  remove(actor: Actor, id: ConnectionId): Promise<void>;
  /** Asks the source, and keeps how it went; that it cannot be reached is a result, not an error. */
  test(actor: Actor, id: ConnectionId): Promise<Tested>;
  /** Asks the source. Throws what live calls throw. */
  streams(actor: Actor, id: ConnectionId): Promise<readonly SourceStream[]>;
  /**
   * Starts every source connection of the source that is not running; with `collection`, one is made first when there is none.
   * Throws `integration_source_not_synced`, `sync_already_running`, `sync_not_active`.
   */
  sync(
    actor: Actor,
    id: ConnectionId,
    input: { readonly fullRefresh: boolean; readonly collection?: string | undefined },
  ): Promise<IntegrationSource>;
  /** Of all its source connections, newest first. */
  jobs(actor: Actor, id: ConnectionId, limit: number): Promise<readonly SyncJob[]>;
  /** Asks the source for its schema and describes it. Throws what live calls throw, and `language_model_failed`. */
  describe(actor: Actor, id: ConnectionId): Promise<IntegrationSource>;
  /** Asks the source; looks at some rows of each table. */
  columns(actor: Actor, id: ConnectionId, input: { readonly activeOnly: boolean }): Promise<readonly SourceColumn[]>;
  /** Asks the source, and keeps what is new. Sources that are no databases have none. */
  relationships(actor: Actor, id: ConnectionId, query: RelationshipQuery): Promise<readonly Relationship[]>;
  /** Throws `relationship_not_found`. */
  changeRelationship(actor: Actor, id: RelationshipId, change: RelationshipChange): Promise<Relationship>;
  /** Throws `integration_database_exists`. */
  addDatabase(actor: Actor, id: ConnectionId, input: NewDatabase): Promise<SourceDatabase>;
}

/** Callers wait this long for a purge; a larger one ends in the background. */
const purgePatienceMs = 15_000;

async function listSources(
  needs: SourceNeeds,
  actor: Actor,
  page: PageRequest,
  { sourceType, connectorType, isActive }: SourceFilter,
): Promise<Listed<IntegrationSource>> {
  const { db } = needs.control;
  const named =
    connectorType === undefined ? undefined : await needs.registry.find(actor.organizationId, connectorType);
  const readable = await needs.registry.list(actor.organizationId);
  const connectors = readable
    .filter((one) => connectorType === undefined || one.id === named?.id)
    .filter((one) => sourceType === undefined || sourceTypeOf(one) === sourceType)
    .map(({ id }) => id);
  const wanted = { ...page, limit: page.limit + 1 };
  const rows = await needs.connections.list(db, actor.organizationId, wanted, { connectors, enabled: isActive });
  const shown = rows.slice(0, page.limit);
  const found = await toFound(needs, db, actor.organizationId, shown);
  const last = shown.at(-1);
  return {
    items: found.map((one) => one.shown),
    next: rows.length > page.limit && last ? encodePlace({ createdAt: last.created_at, id: last.id }) : null,
  };
}

/** Another change may have been stored since this one was decided on; without a version that the caller has seen it is made anew. */
async function updateSource(needs: SourceNeeds, actor: Actor, id: ConnectionId, change: SourceChange): Promise<void> {
  const isEmpty = Object.values(change).every((value) => value === undefined);
  for (;;) {
    try {
      await needs.control.transaction(async (tx) => {
        await changeSource(needs, tx, actor, id, change);
        const entry = { action: 'integration_source.updated', subjectKind: 'connection', subjectId: id };
        if (!isEmpty) await needs.audit.record(tx, actor, entry);
      });
      return;
    } catch (error) {
      const overtaken = error instanceof AppError && error.code === 'description_version_stale';
      if (!overtaken || change.descriptionVersion !== undefined) throw error;
    }
  }
}

async function removeSource(needs: SourceNeeds, actor: Actor, id: ConnectionId): Promise<void> {
  const { organizationId } = actor;
  const orders = await needs.control.transaction(async (tx) => {
    const found = await getSource(needs, tx, organizationId, id);
    if (found.shown.isSystem) throw errors.system_source_protected({ fields: ['the source'] });
    for (const order of found.orders) await needs.removal.mark(tx, organizationId, order.id);
    await needs.connections.change(tx, actor, id, { stays: false });
    // What is read with it ends first; it goes with the last of them.
    await needs.connections.deleteUnused(tx, organizationId, id);
    const action = 'integration_source.deleted';
    await needs.audit.record(tx, actor, { action, subjectKind: 'connection', subjectId: id });
    return found.orders;
  });
  // One after the other: the last one takes the connection with it.
  const purge = async (): Promise<void> => {
    for (const order of orders) await needs.removal.finish(organizationId, order.id);
  };
  await settleWithin(purge(), { ms: purgePatienceMs, clock: needs.clock, onError: needs.onError });
}

async function describeSource(needs: SourceNeeds, actor: Actor, id: ConnectionId): Promise<void> {
  const found = await getSource(needs, needs.control.db, actor.organizationId, id);
  const { text, source } = await generateDescription(needs, found);
  const change = { description: text, descriptionSource: source, descriptionGeneratedAt: needs.clock.now() };
  await updateSource(needs, actor, id, change);
}

async function listJobs(needs: SourceNeeds, actor: Actor, id: ConnectionId, limit: number): Promise<SyncJob[]> {
  const { orders } = await getSource(needs, needs.control.db, actor.organizationId, id);
  const jobs = await Promise.all(orders.map((order) => needs.syncs.list(actor, order.id, limit)));
  return jobs
    .flat()
    .toSorted((one, other) => other.requestedAt - one.requestedAt)
    .slice(0, limit);
}

export function createIntegrationSourceService(needs: SourceNeeds): IntegrationSourceService {
  const show = (actor: Actor, id: ConnectionId): Promise<IntegrationSource> =>
    getShown(needs, actor.organizationId, id);
  const changed = async (
    actor: Actor,
    id: ConnectionId,
    streams: readonly string[] | null | undefined,
  ): Promise<Changed> => ({
    source: await show(actor, id),
    warnings: streams ? await selectionWarnings(needs, actor, id, streams) : [],
  });
  return {
    get: show,
    list: (actor, page, filter) => listSources(needs, actor, page, filter),
    async create(actor, input) {
      return changed(actor, await createSource(needs, actor, input), input.selectedStreams);
    },
    async update(actor, id, change) {
      await updateSource(needs, actor, id, change);
      return changed(actor, id, change.selectedStreams);
    },
    remove: (actor, id) => removeSource(needs, actor, id),
    test: (actor, id) => testSource(needs, actor, id),
    streams: (actor, id) => listStreams(needs, actor, id),
    async sync(actor, id, input) {
      await syncSource(needs, actor, id, input);
      return show(actor, id);
    },
    jobs: (actor, id, limit) => listJobs(needs, actor, id, limit),
    async describe(actor, id) {
      await describeSource(needs, actor, id);
      return show(actor, id);
    },
    columns: (actor, id, input) => listColumns(needs, actor, id, input),
    relationships: (actor, id, query) => listSourceRelationships(needs, actor, id, query),
    changeRelationship: (actor, id, change) => changeRelationship(needs, actor, id, change),
    addDatabase: (actor, id, input) => addDatabase(needs, actor, id, input),
  };
}
