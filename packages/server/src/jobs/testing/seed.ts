import type { ControlStore } from '../../control/database.ts';
import type { ControlTables } from '../../control/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import { must } from '../../lib/asserts.ts';
import { newId } from '../../lib/ids.ts';
import type {
  CollectionId,
  ConnectionId,
  JobId,
  OrganizationId,
  ProjectId,
  SourceConnectionId,
  SyncId,
} from '../../lib/ids.ts';
import type { Insertable } from 'kysely';
import { enqueueJob } from '../queue.ts';

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
  enqueue(id: SourceConnectionId, fullRefresh?: boolean, on?: ControlStore): Promise<JobId>;
}

export async function seedOrganization(store: ControlStore, clock: Clock): Promise<Seed> {
  const rows = rowsOf(newId<OrganizationId>(), newId<ProjectId>(), clock.now());
  await store.db.insertInto('organization').values(rows.organization).execute();
  await store.db.insertInto('project').values(rows.project).execute();

  async function addOrders(count: number, order: Order = {}): Promise<readonly SourceConnectionId[]> {
    const ids: SourceConnectionId[] = [];
    for (let done = 0; done < count; done += 500) {
      const connections = Array.from({ length: Math.min(500, count - done) }, rows.connection);
      const collections = order.collection_id ? [] : connections.map(rows.collection);
      const orders = connections.map((row, i) =>
        rows.order(row.id, order.collection_id ?? must(collections[i], 'one collection each').id, order),
      );
      if (collections.length > 0) await store.db.insertInto('collection').values(collections).execute();
      await store.db.insertInto('connection').values(connections).execute();
      await store.db.insertInto('source_connection').values(orders).execute();
      ids.push(...orders.map((row) => row.id));
    }
    return ids;
  }

  return {
    organizationId: rows.organization.id,
    addOrders,
    addOrder: async (order) => must((await addOrders(1, order))[0], 'one order'),
    async addCollection() {
      const row = rows.collection();
      await store.db.insertInto('collection').values(row).execute();
      return row.id;
    },
    enqueue: (id, fullRefresh = false, on = store) =>
      on.transaction((tx) =>
        enqueueJob(tx, {
          organizationId: rows.organization.id,
          sourceConnectionId: id,
          trigger: 'manual',
          fullRefresh,
          requestedByEmail: null,
          now: clock.now(),
        }),
      ),
  };
}

function rowsOf(organizationId: OrganizationId, projectId: ProjectId, at: number) {
  const stamps = { created_at: at, modified_at: at, created_by_email: null, modified_by_email: null };
  const organization_id = organizationId;
  return {
    organization: { id: organizationId, name: 'Acme', created_at: at },
    project: { id: projectId, organization_id, name: 'default', created_at: at },
    collection: () => ({
      id: newId<CollectionId>(),
      organization_id,
      readable_id: newId<never>(),
      name: 'Docs',
      sync_config: null,
      deleted_at: null,
      ...stamps,
    }),
    connection() {
      const id = newId<ConnectionId>();
      const handle = { handle: id, handle_key: id, connector: 'stub', connector_given: 'stub' };
      const auth = { auth_method: 'direct' as const, authenticated_at: at };
      const texts = { description: null, endpoint: '{}', label: null };
      return { id, organization_id, project_id: projectId, ...handle, ...auth, ...texts, ...stamps };
    },
    order: (connection_id: ConnectionId, collection_id: CollectionId, order: Order) => ({
      id: newId<SourceConnectionId>(),
      organization_id,
      connection_id,
      collection_id,
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
    }),
  };
}
