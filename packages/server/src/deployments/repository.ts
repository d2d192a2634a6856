import { sql, type Insertable, type Selectable } from 'kysely';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { ControlTables, Millis } from '../control/schema.ts';
import { statements } from '../control/statements.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../lib/ids.ts';
import type { Sealed } from '../vault/vault.ts';

export type DeploymentRow = Selectable<ControlTables['deployment']>;
export type AnswerRow = Selectable<ControlTables['worker_deployment']>;

type Dialect = ControlStore['dialect'];
type NewDeployment = Omit<Insertable<ControlTables['deployment']>, 'version' | 'removed'>;

/** What processes are told of, each time by the id of the connection: that it was placed, and that a worker has answered. */
export const CHANNELS = { placed: 'tributary_deployments', answered: 'tributary_deployment_answers' } as const;

/** `shared` for one placement, `alone` for what is about all placements of the project: the one waits for the other. */
export async function holdProject(
  db: Queryable,
  dialect: Dialect,
  organizationId: OrganizationId,
  held: { readonly projectId: ProjectId; readonly how: 'shared' | 'alone' },
): Promise<void> {
  await sql`select id from project where organization_id = ${organizationId} and id = ${held.projectId}
    ${statements[dialect].holding(held.how === 'shared' ? 'share' : 'no key update')}`.execute(db);
}

/** Nobody changes the connection until the transaction ends, so what is placed last is what was stored last. */
export async function holdConnection(
  db: Queryable,
  dialect: Dialect,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<void> {
  await sql`select id from connection where organization_id = ${organizationId} and id = ${id}
    ${statements[dialect].holding('update')}`.execute(db);
}

/** Gives the version. */
export async function upsertDeployment(
  db: Queryable,
  organizationId: OrganizationId,
  row: Omit<NewDeployment, 'organization_id'>,
): Promise<number> {
  const { connection_id: _, project_id: _project, ...change } = row;
  const { version } = await db
    .insertInto('deployment')
    .values({ ...row, organization_id: organizationId, version: 1, removed: 0 })
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet((eb) => ({ ...change, removed: 0 as const, version: eb('deployment.version', '+', 1) })),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}

/** What is left of a deployment that ends: that it has, without its settings. Undefined when there is none. */
export function endDeployment(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  end: Sealed & { readonly placed_at: Millis },
): Promise<Pick<DeploymentRow, 'project_id' | 'version'> | undefined> {
  return db
    .updateTable('deployment')
    .set((eb) => ({ ...end, removed: 1 as const, version: eb('version', '+', 1) }))
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', id)
    .where('removed', '=', 0)
    .returning(['project_id', 'version'])
    .executeTakeFirst();
}

/** Whether the connection is deployed, and is to be deployed anew with its changes. */
export async function isFollowed(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<boolean> {
  const row = await db
    .selectFrom('deployment')
    .innerJoin('connection', 'connection.id', 'deployment.connection_id')
    .select('deployment.connection_id')
    .where('deployment.organization_id', '=', organizationId)
    .where('deployment.connection_id', '=', id)
    .where('deployment.removed', '=', 0)
    .where('connection.deploy_to_worker', '=', 1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Of one project: what is deployed, settings sealed. */
export function listPlacements(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
): Promise<DeploymentRow[]> {
  return db
    .selectFrom('deployment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('removed', '=', 0)
    .orderBy('handle')
    .execute();
}

/** The same settings as a new version, so that workers open them anew. Gives the version; undefined when it has ended. */
export async function raiseVersion(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  now: Millis,
): Promise<number | undefined> {
  const row = await db
    .updateTable('deployment')
    .set((eb) => ({ placed_at: now, version: eb('version', '+', 1) }))
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', id)
    .where('removed', '=', 0)
    .returning('version')
    .executeTakeFirst();
  return row?.version;
}

export function findDeployment(
  db: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
): Promise<Pick<DeploymentRow, 'removed' | 'version' | 'placed_at'> | undefined> {
  return db
    .selectFrom('deployment')
    .select(['removed', 'version', 'placed_at'])
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', id)
    .executeTakeFirst();
}

/** By name. */
export function listEnvironmentNames(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
): Promise<{ name: string; name_key: string }[]> {
  return db
    .selectFrom('environment')
    .select(['name', 'name_key'])
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .orderBy('name_key')
    .execute();
}

/** What workers have answered about a connection. */
export function listAnswers(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<AnswerRow[]> {
  return db
    .selectFrom('worker_deployment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .execute();
}

/** The same about all connections of a project. */
export function listAnswersInProject(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
): Promise<AnswerRow[]> {
  return db
    .selectFrom('worker_deployment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .execute();
}

/** Names of the environments that the organization has anywhere, folded, and how many of its connections each worker holds. */
export async function listHeldCounts(
  db: Queryable,
  organizationId: OrganizationId,
): Promise<{ readonly environments: ReadonlySet<string>; readonly held: ReadonlyMap<string, number> }> {
  const environments = await db
    .selectFrom('environment')
    .select('name_key')
    .distinct()
    .where('organization_id', '=', organizationId)
    .execute();
  const counts = await db
    .selectFrom('worker_deployment')
    .select((eb) => ['worker_id', eb.fn.countAll<number>().as('held')])
    .where('organization_id', '=', organizationId)
    .where('state', 'in', ['open', 'disabled'])
    .groupBy('worker_id')
    .execute();
  return {
    environments: new Set(environments.map((row) => row.name_key)),
    held: new Map(counts.map((row) => [row.worker_id, Number(row.held)])),
  };
}

/** The connection of a handle, which is folded. */
export function findConnectionByHandle(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  handleKey: string,
): Promise<{ id: ConnectionId; handle: string; connector: string } | undefined> {
  return db
    .selectFrom('connection')
    .select(['id', 'handle', 'connector'])
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('handle_key', '=', handleKey)
    .executeTakeFirst();
}

/** Connections that live workers hold, by state, for the operator's metrics. */
export async function countHeld(db: Queryable): Promise<Readonly<Record<string, number>>> {
  const rows = await db
    .selectFrom('worker_deployment')
    .innerJoin('worker', 'worker.id', 'worker_deployment.worker_id')
    .select((eb) => ['state', eb.fn.countAll<number>().as('held')])
    .where('worker.lost_at', 'is', null)
    .where('state', '<>', 'removed')
    .groupBy('state')
    .execute();
  const none = { open: 0, disabled: 0, failed: 0 };
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.state, Number(row.held)])) };
}

/** Tells every process that listens, when the transaction is committed. */
export async function tellProcesses(
  db: Queryable,
  dialect: Dialect,
  what: keyof typeof CHANNELS,
  connectionId: ConnectionId,
): Promise<void> {
  await statements[dialect].tell(CHANNELS[what], connectionId)?.execute(db);
}
