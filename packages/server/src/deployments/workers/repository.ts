import { sql, type Insertable, type Selectable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables, Millis } from '../../control/schema.ts';
import type { ConnectionId, EnvironmentId, WorkerId } from '../../lib/ids.ts';
import type { DeploymentRow } from '../repository.ts';

export type WorkerRow = Selectable<ControlTables['worker']>;
export type NewAnswer = Omit<Insertable<ControlTables['worker_deployment']>, 'worker_id'>;

/** What a worker is to hold, as it compares it with what it does: without the settings. */
export type Wanted = Pick<DeploymentRow, 'connection_id' | 'organization_id' | 'project_id' | 'version' | 'removed'> & {
  readonly environment_id: EnvironmentId;
};

/** The same with everything that opening it takes. */
export type Placement = DeploymentRow & { readonly environment_id: EnvironmentId };

export async function insertWorker(db: Queryable, row: WorkerRow): Promise<void> {
  await db.insertInto('worker').values(row).execute();
}

/** False when it was taken for lost, or forgotten. */
export async function touchWorker(db: Queryable, id: WorkerId, now: Millis): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('worker')
    .set({ seen_at: now })
    .where('id', '=', id)
    .where('lost_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** With its answers. */
export async function deleteWorker(db: Queryable, id: WorkerId): Promise<void> {
  await db.deleteFrom('worker').where('id', '=', id).execute();
}

/** Of the environments, folded names; the lost ones too. */
export function listWorkers(db: Queryable, environments: readonly string[]): Promise<WorkerRow[]> {
  if (environments.length === 0) return Promise.resolve([]);
  return db.selectFrom('worker').selectAll().where('environment', 'in', environments).orderBy('started_at').execute();
}

export function listLiveWorkers(db: Queryable): Promise<WorkerRow[]> {
  return db.selectFrom('worker').selectAll().where('lost_at', 'is', null).orderBy('started_at').execute();
}

/** Takes workers for lost that were silent since. */
export async function loseSilentWorkers(db: Queryable, since: Millis, now: Millis): Promise<void> {
  await db
    .updateTable('worker')
    .set({ lost_at: now })
    .where('lost_at', 'is', null)
    .where('seen_at', '<', since)
    .execute();
}

/** Takes the worker for lost that this process was, see `jobs/owner.ts`. */
export async function loseOwner(db: Queryable, owner: string, now: Millis): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('worker')
    .set({ lost_at: now })
    .where('owner', '=', owner)
    .where('lost_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whoever waited for a worker that was lost before has its answer. */
export async function forgetLostWorkers(db: Queryable, before: Millis): Promise<void> {
  await db.deleteFrom('worker').where('lost_at', '<', before).execute();
}

const wanted = (db: Queryable, environment: string) =>
  db
    .selectFrom('deployment')
    .innerJoin('environment', 'environment.project_id', 'deployment.project_id')
    .where('environment.name_key', '=', environment);

/** What workers of an environment are to hold, in the projects of everyone. */
export function listWanted(db: Queryable, environment: string): Promise<Wanted[]> {
  return wanted(db, environment)
    .select(['connection_id', 'deployment.organization_id', 'deployment.project_id', 'version', 'removed'])
    .select('environment.id as environment_id')
    .execute();
}

/** The same of one connection, with its settings. */
export function findPlacement(
  db: Queryable,
  environment: string,
  connectionId: ConnectionId,
): Promise<Placement | undefined> {
  return wanted(db, environment)
    .selectAll('deployment')
    .select('environment.id as environment_id')
    .where('deployment.connection_id', '=', connectionId)
    .executeTakeFirst();
}

/**
 * Writes answers of a worker down; what it has answered to a newer version stays. False when the worker was taken for lost: then
 * nothing is written.
 */
export async function writeAnswers(db: Queryable, workerId: WorkerId, answers: readonly NewAnswer[]): Promise<boolean> {
  const known = await db
    .selectFrom('worker')
    .select('id')
    .where('id', '=', workerId)
    .where('lost_at', 'is', null)
    .executeTakeFirst();
  if (!known) return false;
  await db
    .insertInto('worker_deployment')
    .values(answers.map((answer) => ({ ...answer, worker_id: workerId })))
    .onConflict((conflict) =>
      conflict
        .columns(['worker_id', 'connection_id'])
        .doUpdateSet((eb) => ({
          version: eb.ref('excluded.version'),
          state: eb.ref('excluded.state'),
          message: eb.ref('excluded.message'),
          answered_at: eb.ref('excluded.answered_at'),
          used_at: eb.ref('excluded.used_at'),
          failed_at: eb.ref('excluded.failed_at'),
          failure: eb.ref('excluded.failure'),
        }))
        .where(sql<boolean>`excluded.version >= worker_deployment.version`),
    )
    .execute();
  return true;
}

/** Deployments that ended before, which every worker has had the time to let go of, and the answers to them. */
export async function forgetEnded(db: Queryable, before: Millis): Promise<void> {
  await db.deleteFrom('deployment').where('removed', '=', 1).where('placed_at', '<', before).execute();
  await db.deleteFrom('worker_deployment').where('state', '=', 'removed').where('answered_at', '<', before).execute();
}
