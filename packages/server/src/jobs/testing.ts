import type { ControlStore } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { must } from '../lib/asserts.ts';
import { newId } from '../lib/ids.ts';
import type {
  CollectionId,
  ConnectionId,
  JobId,
  OrganizationId,
  ProjectId,
  SourceConnectionId,
  SyncId,
} from '../lib/ids.ts';
import type { Insertable } from 'kysely';
import { enqueueJob } from './queue.ts';

/** A clock for tests that stands still until it is moved; sleeping moves it. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start = Date.parse('2026-05-01T12:00:00Z')): TestClock {
  let now = start;
  return {
    now: () => now,
    sleep: async (ms) => void (now += ms),
    advance: (ms) => void (now += ms),
  };
}

type Order = Partial<Insertable<ControlTables['source_connection']>>;

/** Rows that jobs refer to, for tests. */
export interface Seed {
  readonly organizationId: OrganizationId;
  /** A source connection with a connection of its own, in a collection of its own unless one is given. */
  addOrder(order?: Order): Promise<SourceConnectionId>;
  addOrders(count: number, order?: Order): Promise<readonly SourceConnectionId[]>;
  addCollection(): Promise<CollectionId>;
  enqueue(id: SourceConnectionId, fullRefresh?: boolean): Promise<JobId>;
}

export async function seedOrganization(store: ControlStore, clock: Clock): Promise<Seed> {
  const organizationId = newId<OrganizationId>();
  const projectId = newId<ProjectId>();
  const at = clock.now();
  const stamps = { created_at: at, modified_at: at, created_by_email: null, modified_by_email: null };
  await store.db.insertInto('organization').values({ id: organizationId, name: 'Acme', created_at: at }).execute();
  const project = { id: projectId, organization_id: organizationId, name: 'default', created_at: at };
  await store.db.insertInto('project').values(project).execute();

  const collectionRow = () => ({
    id: newId<CollectionId>(),
    organization_id: organizationId,
    readable_id: newId<never>(),
    name: 'Docs',
    sync_config: null,
    deleted_at: null,
    ...stamps,
  });
  const connectionRow = (id: ConnectionId) => ({
    id,
    organization_id: organizationId,
    project_id: projectId,
    handle: id,
    handle_key: id,
    description: null,
    connector: 'stub',
    connector_given: 'stub',
    endpoint: '{}',
    auth_method: 'direct' as const,
    label: null,
    authenticated_at: at,
    ...stamps,
  });
  const orderRow = (connection: ConnectionId, collection: CollectionId, order: Order) => ({
    id: newId<SourceConnectionId>(),
    organization_id: organizationId,
    connection_id: connection,
    collection_id: collection,
    sync_id: newId<SyncId>(),
    name: 'Orders',
    description: null,
    config: '{}',
    cron: null,
    cursor_field: null,
    next_run_at: null,
    paused_by: null,
    paused_at: null,
    sweep_held: null,
    deleted_at: null,
    ...stamps,
    ...order,
  });

  async function addOrders(count: number, order: Order = {}): Promise<readonly SourceConnectionId[]> {
    const ids: SourceConnectionId[] = [];
    for (let done = 0; done < count; done += 500) {
      const size = Math.min(500, count - done);
      const connections = Array.from({ length: size }, () => connectionRow(newId<ConnectionId>()));
      const collections = order.collection_id ? [] : connections.map(collectionRow);
      const orders = connections.map((row, i) =>
        orderRow(row.id, order.collection_id ?? must(collections[i], 'one collection each').id, order),
      );
      if (collections.length > 0) await store.db.insertInto('collection').values(collections).execute();
      await store.db.insertInto('connection').values(connections).execute();
      await store.db.insertInto('source_connection').values(orders).execute();
      ids.push(...orders.map((row) => row.id));
    }
    return ids;
  }

  return {
    organizationId,
    addOrders,
    addOrder: async (order) => must((await addOrders(1, order))[0], 'one order'),
    async addCollection() {
      const row = collectionRow();
      await store.db.insertInto('collection').values(row).execute();
      return row.id;
    },
    enqueue: (id, fullRefresh = false) =>
      store.transaction((tx) =>
        enqueueJob(tx, {
          organizationId,
          sourceConnectionId: id,
          trigger: 'manual',
          fullRefresh,
          now: clock.now(),
          requestedByEmail: null,
        }),
      ),
  };
}
