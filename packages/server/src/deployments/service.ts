import type { Actor } from '../auth/actor.ts';
import { allowsIn, authorize } from '../auth/policy.ts';
import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId, ProjectId, WorkerId } from '../lib/ids.ts';
import type { Deployments, EnvironmentResult } from './deployments.ts';
import { judge } from './judgement.ts';
import {
  findConnectionByHandle,
  findProjectId,
  listAnswersInProject,
  listEnvironmentNames,
  listHeldCounts,
  listPlacements,
  type AnswerRow,
  type DeploymentRow,
} from './repository.ts';
import { isSilent, workerName } from './workers/registration.ts';
import { listLiveWorkers, listWorkers, type WorkerRow } from './workers/repository.ts';
import { isOpened } from './snapshot.ts';

/** A worker, with what it holds for one organization. */
export interface LiveWorker {
  readonly id: WorkerId;
  readonly name: string;
  readonly environment: string;
  readonly machine: string;
  readonly startedAt: number;
  readonly seenAt: number;
  readonly held: number;
}

/** What a worker has answered about a connection, and how its client does. */
export interface WorkerAnswer extends Pick<AnswerRow, 'version' | 'state' | 'message'> {
  readonly id: WorkerId;
  readonly name: string;
  readonly answeredAt: number;
  readonly usedAt: number | null;
  readonly failedAt: number | null;
  readonly failure: string | null;
}

export interface DeploymentView {
  readonly deployment: DeploymentRow;
  readonly environments: readonly (EnvironmentResult & { readonly workers: readonly WorkerAnswer[] })[];
}

export interface DeploymentService {
  /** Those that live and serve an environment that the organization has. */
  listWorkers(actor: Actor): Promise<readonly LiveWorker[]>;
  /** What is deployed in a project, by handle. @throws project_not_found, forbidden */
  list(actor: Actor, projectName: string): Promise<readonly DeploymentView[]>;
  /**
   * Deploys a connection as it is stored, and waits for the workers.
   * @throws project_not_found, forbidden, connection_not_found, connection_not_deployable
   */
  deploy(actor: Actor, projectName: string, handle: string): Promise<readonly EnvironmentResult[]>;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly deployments: Deployments;
  /** Whether workers open connections of this connector; default: those of the catalogue's types. */
  readonly isOpened?: (connector: string) => Promise<boolean>;
}

export function createDeploymentService(needs: Needs): DeploymentService {
  const { control, clock, audit, deployments } = needs;
  return {
    async listWorkers(actor) {
      const { environments, held } = await listHeldCounts(control.db, actor.organizationId);
      const workers = await listLiveWorkers(control.db);
      return workers
        .filter((row) => environments.has(row.environment) && !isSilent(row, clock.now()))
        .map((row) => presentWorker(row, held.get(row.id) ?? 0));
    },
    async list(actor, projectName) {
      const projectId = await getProjectId(control.db, actor, projectName);
      authorize(actor, 'CONNECTIONS:VIEW', projectId);
      return listViews(needs, actor, projectId);
    },
    async deploy(actor, projectName, handle) {
      const projectId = await getProjectId(control.db, actor, projectName);
      authorize(actor, 'CONNECTIONS:MANAGE', projectId);
      const connectionId = await getDeployable(needs, actor, projectId, handle);
      const placed = await control.transaction(async (tx) => {
        const done = await deployments.place(tx, actor.organizationId, connectionId);
        const entry = { action: 'connection.deployed', subjectKind: 'connection', subjectId: connectionId };
        await audit.record(tx, actor, entry);
        return done;
      });
      return deployments.settle(placed);
    },
  };
}

/** A project that the actor may do nothing in is told like one that is not there. */
async function getProjectId(db: Queryable, actor: Actor, name: string): Promise<ProjectId> {
  const id = await findProjectId(db, actor.organizationId, name);
  if (id === undefined || !allowsIn(actor, 'source_connections:read', id)) throw errors.project_not_found({ name });
  return id;
}

async function getDeployable(
  { control, isOpened: opened = isOpened }: Needs,
  actor: Actor,
  projectId: ProjectId,
  handle: string,
): Promise<ConnectionId> {
  const row = await findConnectionByHandle(control.db, actor.organizationId, projectId, handle.toLowerCase());
  if (!row) throw errors.connection_not_found({ name: handle });
  if (!(await opened(row.connector)))
    throw errors.connection_not_deployable({ name: row.handle, connector: row.connector });
  return row.id;
}

function presentWorker(row: WorkerRow, held: number): LiveWorker {
  const { id, environment, machine } = row;
  return { id, name: workerName(row), environment, machine, startedAt: row.started_at, seenAt: row.seen_at, held };
}

async function listViews(
  { control, clock }: Needs,
  { organizationId }: Actor,
  projectId: ProjectId,
): Promise<readonly DeploymentView[]> {
  const { db } = control;
  const environments = await listEnvironmentNames(db, organizationId, projectId);
  const names = environments.map((row) => row.name_key);
  const live = (await listWorkers(db, names)).filter((row) => row.lost_at === null && !isSilent(row, clock.now()));
  const answers = Map.groupBy(await listAnswersInProject(db, organizationId, projectId), (row) => row.connection_id);
  const placed = await listPlacements(db, organizationId, projectId);
  return placed.map((deployment) => ({
    deployment,
    environments: environments.map(({ name, name_key }) => {
      const own = live.filter((row) => row.environment === name_key);
      const byWorker = new Map(
        (answers.get(deployment.connection_id) ?? []).map((row) => [row.worker_id as string, row]),
      );
      const current = [...byWorker].filter(([, row]) => row.version >= deployment.version);
      const workers = own.map((row) => ({ id: row.id, name: workerName(row), lost: false }));
      const situation = { environmentName: name, removed: false, workers, answers: new Map(current), expected: false };
      const result = judge({ ...situation, over: true }) ?? { environmentName: name, success: false, message: '' };
      return { ...result, workers: own.flatMap((row) => presentAnswer(row, byWorker.get(row.id))) };
    }),
  }));
}

function presentAnswer(worker: WorkerRow, answer: AnswerRow | undefined): readonly WorkerAnswer[] {
  if (!answer) return [];
  const { version, state, message, answered_at, used_at, failed_at, failure } = answer;
  const health = { answeredAt: answered_at, usedAt: used_at, failedAt: failed_at, failure };
  return [{ id: worker.id, name: workerName(worker), version, state, message, ...health }];
}
