import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Selection } from '../engine/selection.ts';
import type { DiskWatch } from '../host/disk-watch.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type CollectionId, type ConnectionId, type OrganizationId } from '../lib/ids.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import { readLastCompleted, readLatestJobs } from '../syncs/history.ts';
import type { SyncJob } from '../syncs/model.ts';
import { resumedColumns } from './authorization/good-credential.ts';
import { insertRow, startFirstJob } from './create.ts';
import type { SourceConnection } from './model.ts';
import { findSchema, listOfConnections, updateSourceConnection, type JoinedRow } from './repository.ts';
import { resolveSchedule } from './schedule-input.ts';
import { selectionOf } from './selection-input.ts';
import { getRow, toSourceConnection } from './views.ts';

/** A source connection as those see it who look from its connection. */
export interface Order extends SourceConnection {
  readonly selection: Selection;
  /** Read options, secret ones masked. */
  readonly options: JsonObject;
  /** Its newest job that has succeeded. */
  readonly lastCompleted: SyncJob | null;
}

export interface OrderChange {
  readonly name?: string;
  /** Read options to put over the stored ones; null takes one away. */
  readonly options?: JsonObject;
  readonly selection?: Selection;
  /** The credential is new: a pause that a refused one has caused ends. */
  readonly resume?: boolean;
}

export interface NewOrder {
  readonly connector: Connector;
  readonly connectionId: ConnectionId;
  readonly collectionId: CollectionId;
  readonly name: string;
  readonly options: JsonObject;
  readonly selection: Selection;
  /** Queue the first job at once. */
  readonly startNow: boolean;
}

/**
 * The source connections that read with a connection, for nouns that stand on connections. Changes run inside the caller's
 * transaction, who records them.
 */
export interface Orders {
  /** Oldest first. */
  list(
    db: Queryable,
    organizationId: OrganizationId,
    connectionIds: readonly ConnectionId[],
  ): Promise<readonly Order[]>;
  change(tx: Queryable, actor: Actor, id: SourceConnectionId, change: OrderChange): Promise<void>;
  /** With the usual schedule. */
  create(tx: Queryable, actor: Actor, input: NewOrder): Promise<SourceConnectionId>;
  /** Names of the streams that the source is known to have; undefined before its first job. */
  knownStreams(
    db: Queryable,
    organizationId: OrganizationId,
    id: SourceConnectionId,
  ): Promise<readonly string[] | undefined>;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly disk: Pick<DiskWatch, 'state'>;
}

const options = (row: Pick<JoinedRow, 'config'>): JsonObject => JSON.parse(row.config) as JsonObject;

/** Stored settings with others over them; null takes one away. */
export function putOver(stored: JsonObject, given: JsonObject): JsonObject {
  const both: [string, Json | undefined][] = Object.entries({ ...stored, ...given });
  return Object.fromEntries(both.filter(([, value]) => value !== null && value !== undefined)) as JsonObject;
}

async function listOrders(
  { disk }: Needs,
  db: Queryable,
  organizationId: OrganizationId,
  connectionIds: readonly ConnectionId[],
): Promise<readonly Order[]> {
  const rows = await listOfConnections(db, organizationId, connectionIds);
  const ids = rows.map(({ id }) => id);
  const jobs = await readLatestJobs(db, organizationId, ids);
  const completed = await readLastCompleted(db, organizationId, ids);
  return rows.map((row) => ({
    ...toSourceConnection(row, jobs.get(row.id), disk.state()),
    selection: selectionOf(row),
    options: options(row),
    lastCompleted: completed.get(row.id) ?? null,
  }));
}

async function createOrder(needs: Needs, tx: Queryable, actor: Actor, input: NewOrder): Promise<SourceConnectionId> {
  const id = newId<SourceConnectionId>();
  const { connector, name, startNow, ...where } = input;
  const schedule = resolveSchedule(connector, undefined, needs.clock.now());
  const row = { connector, schedule, name, isPending: false };
  await insertRow(needs, tx, actor, row, { id, description: null, ...where });
  if (startNow) await startFirstJob(needs, tx, actor, id);
  return id;
}

export function createOrders(needs: Needs): Orders {
  return {
    list: (db, organizationId, connectionIds) => listOrders(needs, db, organizationId, connectionIds),
    async change(tx, actor, id, change) {
      const row = await getRow(tx, actor.organizationId, id);
      await updateSourceConnection(tx, actor.organizationId, id, {
        ...(change.name !== undefined && { name: change.name }),
        ...(change.options && { config: JSON.stringify(putOver(options(row), change.options)) }),
        ...(change.selection && { selection: JSON.stringify(change.selection) }),
        ...(change.resume && resumedColumns(row)),
        modified_at: needs.clock.now(),
        modified_by_email: actor.email,
      });
    },
    create: (tx, actor, input) => createOrder(needs, tx, actor, input),
    async knownStreams(db, organizationId, id) {
      const schema = await findSchema(db, organizationId, id);
      if (!schema) return undefined;
      return Object.entries(schema.memory).flatMap(([name, { state }]) => (state === 'gone' ? [] : [name]));
    },
  };
}
