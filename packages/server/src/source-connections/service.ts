import type { Actor } from '../auth/actor.ts';
import type { CollectionReaders } from '../collection-store/port.ts';
import type { Listed, PageRequest } from '../collections/model.ts';
import { errors } from '../errors.ts';
import type { DiskWatch } from '../host/disk-watch.ts';
import { enqueueJob } from '../jobs/queue.ts';
import { nextRunAt } from '../jobs/schedule.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import { encodePlace } from '../lib/page-cursor.ts';
import { settleWithin } from '../lib/settle-within.ts';
import { readLatestJobs } from '../syncs/history.ts';
import { createSourceConnection, type CreateNeeds } from './create.ts';
import { createDescribeSource } from './description-cache.ts';
import { createOnConnection } from './create-on-connection.ts';
import type {
  CheckInput,
  CheckResult,
  CreateInput,
  CreateOnConnectionInput,
  SourceConnection,
  SourceConnectionDetail,
  SourceConnectionListItem,
  UpdateInput,
} from './model.ts';
import type { SourceRemoval } from './removal.ts';
import { listSourceConnections, updateSourceConnection, type JoinedRow } from './repository.ts';
import { checkSettings, decideMethod } from './settings-check.ts';
import { changeSourceConnection } from './update.ts';
import { detailOf, getRow, loadDetail, loadHead, toSourceConnection, withLink } from './views.ts';

/** Standing orders: which source is read into which collection, and when. Every call stays inside the actor's organization. */
export interface SourceConnectionService {
  /**
   * Checks everything (source, method, credentials, configuration, schedule, a live call, collection), then stores
   * connection, sealed credential, source connection and, unless told otherwise, its first job in one transaction. Where a
   * person has to allow access first there is no live call and no job, and the result has a link.
   */
  create(actor: Actor, input: CreateInput): Promise<SourceConnectionDetail>;
  /**
   * The same through a connection that is there already, with its settings and its credentials. Throws `connection_not_found`,
   * `connection_not_readable`, and what `create` throws.
   */
  createOnConnection(actor: Actor, input: CreateOnConnectionInput): Promise<SourceConnectionDetail>;
  /** Tries configuration and credentials without saving anything. */
  check(actor: Actor, input: CheckInput): Promise<CheckResult>;
  /** Throws `source_connection_not_found`, also for another organization's id. */
  get(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  /** The same without what costs a look into the collection store. */
  getHead(actor: Actor, id: SourceConnectionId): Promise<SourceConnection>;
  /** Newest first; `collection` filters by readable id (an unknown one gives an empty list). */
  list(actor: Actor, page: PageRequest, collection: string | undefined): Promise<Listed<SourceConnectionListItem>>;
  /** `ifVersion`: refuse with `precondition_failed` when the stored version is another. */
  update(
    actor: Actor,
    id: SourceConnectionId,
    change: UpdateInput,
    ifVersion?: number,
  ): Promise<SourceConnectionDetail>;
  /** Gives the object as it was; its rows and files are gone when this returns, or shortly after for large ones. */
  remove(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  pause(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  resume(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  /** Lets the next listing delete what was held back, and starts it. Throws `sweep_not_held`. */
  confirmSweep(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
}

interface Needs extends CreateNeeds {
  readonly readers: CollectionReaders;
  readonly removal: SourceRemoval;
  readonly disk: Pick<DiskWatch, 'state'>;
  /** Tells the workers to look for work at once. */
  readonly wake: () => void;
  /** Hears of a purge that failed in the background; the next start tries again. */
  readonly onError: (error: unknown) => void;
}

/** Callers wait this long for a purge; a larger one ends in the background. */
const purgePatienceMs = 15_000;

async function checkOnly(needs: Needs, actor: Actor, input: CheckInput): Promise<CheckResult> {
  const connector = await needs.registry.get(actor.organizationId, input.shortName);
  decideMethod(connector, input.method);
  const { account } = await checkSettings(needs.probe, connector, input.config, input.credentials);
  const streams = await needs.probe.discover({ connector, config: input.config, credentials: input.credentials });
  return {
    account,
    streams: streams.map(({ name, title, incremental, cursorFields }) => ({
      name,
      title,
      incremental,
      cursorFields: cursorFields ?? [],
    })),
  };
}

async function listItems(
  needs: Needs,
  actor: Actor,
  page: PageRequest,
  collection: string | undefined,
): Promise<Listed<SourceConnectionListItem>> {
  const rows = await listSourceConnections(
    needs.control.db,
    actor.organizationId,
    { ...page, limit: page.limit + 1 },
    collection,
  );
  const shown = rows.slice(0, page.limit);
  const jobs = await readLatestJobs(
    needs.control.db,
    actor.organizationId,
    shown.map((row) => row.id),
  );
  const counts = new Map<string, number>();
  for (const collectionId of new Set(shown.map((row) => row.collection_id))) {
    for (const type of await needs.readers.countTypes(collectionId)) {
      counts.set(type.sourceConnectionId, (counts.get(type.sourceConnectionId) ?? 0) + type.count);
    }
  }
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      ...toSourceConnection(row, jobs.get(row.id), needs.disk.state()),
      entityCount: counts.get(row.id) ?? 0,
    })),
    next: rows.length > page.limit && last ? encodePlace({ createdAt: last.created_at, id: last.id }) : null,
  };
}

/** The next tick of a schedule that goes on. */
function tickAfter(row: JoinedRow, now: number): number | null {
  if (row.continuous === 1) return now;
  return row.cron === null ? null : nextRunAt(row.cron, row.timezone, now);
}

type Columns = Parameters<typeof updateSourceConnection>[3];

/** Changes columns of a row in one transaction with its audit event. */
async function changeColumns(
  { control, clock, audit }: Needs,
  actor: Actor,
  id: SourceConnectionId,
  action: string,
  columns: (row: JoinedRow) => Columns,
): Promise<void> {
  await control.transaction(async (tx) => {
    const row = await getRow(tx, actor.organizationId, id);
    const who = { modified_at: clock.now(), modified_by_email: actor.email };
    await updateSourceConnection(tx, actor.organizationId, id, { ...columns(row), ...who });
    await audit.record(tx, actor, { action, subjectKind: 'source_connection', subjectId: id });
  });
}

/** Lets the next listing delete what was held back, and queues it. */
async function confirmHeldSweep(needs: Needs, actor: Actor, id: SourceConnectionId): Promise<void> {
  const { organizationId } = actor;
  await needs.control.transaction(async (tx) => {
    const row = await getRow(tx, organizationId, id);
    if (row.sweep_held === null) throw errors.sweep_not_held({ id });
    await updateSourceConnection(tx, organizationId, id, { sweep_confirmed: 1 });
    await enqueueJob(tx, {
      organizationId,
      sourceConnectionId: id,
      trigger: 'manual',
      fullRefresh: false,
      requestedByEmail: actor.email,
      now: needs.clock.now(),
    });
    await needs.audit.record(tx, actor, {
      action: 'source_connection.sweep_confirmed',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
  needs.wake();
}

async function removeAndPurge(needs: Needs, actor: Actor, id: SourceConnectionId): Promise<void> {
  const { control, clock, audit, removal, onError } = needs;
  await control.transaction(async (tx) => {
    await removal.mark(tx, actor.organizationId, id);
    await audit.record(tx, actor, {
      action: 'source_connection.deleted',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
  await settleWithin(removal.finish(actor.organizationId, id), { ms: purgePatienceMs, clock, onError });
}

export function createSourceConnectionService(given: Needs): SourceConnectionService {
  const needs = { ...given, describe: createDescribeSource(given.readers) };
  const { clock } = needs;
  const show = (actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail> =>
    loadDetail(needs, actor.organizationId, id);
  return {
    get: show,
    getHead: (actor, id) => loadHead(needs, actor.organizationId, id),
    check: (actor, input) => checkOnly(needs, actor, input),
    list: (actor, page, collection) => listItems(needs, actor, page, collection),
    async create(actor, input) {
      const { id, link } = await createSourceConnection(needs, actor, input);
      needs.wake();
      return withLink(await show(actor, id), link);
    },
    async createOnConnection(actor, input) {
      const id = await createOnConnection(needs, actor, input);
      needs.wake();
      return show(actor, id);
    },
    async update(actor, id, input, ifVersion) {
      return detailOf(needs, await changeSourceConnection(needs, actor, id, input, ifVersion));
    },
    async remove(actor, id) {
      const shown = await show(actor, id);
      await removeAndPurge(needs, actor, id);
      return shown;
    },
    async pause(actor, id) {
      await changeColumns(needs, actor, id, 'source_connection.paused', (row) => ({
        paused_by: row.paused_by ?? 'user',
        paused_at: row.paused_at ?? clock.now(),
      }));
      return show(actor, id);
    },
    async resume(actor, id) {
      await changeColumns(needs, actor, id, 'source_connection.resumed', (row) => ({
        paused_by: null,
        paused_at: null,
        next_run_at: row.sync_id === null ? null : tickAfter(row, clock.now()),
      }));
      return show(actor, id);
    },
    async confirmSweep(actor, id) {
      await confirmHeldSweep(needs, actor, id);
      return show(actor, id);
    },
  };
}
