import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { type EnvironmentId, newId, type ProjectId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import { productionName } from './production.ts';
import {
  deleteEnvironment,
  type EnvironmentRow,
  findEnvironment,
  insertEnvironment,
  listEnvironments,
  renameEnvironment,
} from './repository.ts';

/** Where the workers of a project run. Names of projects and environments compare without case. */
export interface EnvironmentService {
  /** By name. @throws project_not_found */
  list(actor: Actor, project: string): Promise<readonly EnvironmentRow[]>;
  /** @throws project_not_found, environment_not_found */
  get(actor: Actor, project: string, name: string): Promise<EnvironmentRow>;
  /** @throws project_not_found, forbidden, environment_exists */
  create(actor: Actor, project: string, name: string): Promise<EnvironmentRow>;
  /** @throws project_not_found, forbidden, environment_not_found, environment_exists, environment_fixed */
  rename(actor: Actor, project: string, name: string, to: string): Promise<EnvironmentRow>;
  /** With its variables. @throws project_not_found, forbidden, environment_not_found, environment_fixed */
  delete(actor: Actor, project: string, name: string): Promise<EnvironmentRow>;
}

export interface EnvironmentNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly projects: ProjectService;
}

/** @throws environment_not_found */
export async function getEnvironment(
  db: Queryable,
  { organizationId }: Pick<Actor, 'organizationId'>,
  projectId: ProjectId,
  name: string,
): Promise<EnvironmentRow> {
  const row = await findEnvironment(db, organizationId, projectId, name);
  if (!row) throw errors.environment_not_found({ name });
  return row;
}

export function createEnvironmentService({ control, clock, audit, projects }: EnvironmentNeeds): EnvironmentService {
  const record = (tx: Queryable, actor: Actor, done: 'created' | 'renamed' | 'deleted', { id }: EnvironmentRow) =>
    audit.record(tx, actor, { action: `environment.${done}`, subjectKind: 'environment', subjectId: id });
  const viewed = (db: Queryable, actor: Actor, project: string) =>
    projects.getFor(db, actor, project, 'PROJECT_MANAGEMENT:VIEW');
  const managed = (db: Queryable, actor: Actor, project: string) =>
    projects.getFor(db, actor, project, 'PROJECT_MANAGEMENT:MANAGE');
  /** One that may be changed. */
  const getFree = async (tx: Queryable, actor: Actor, project: string, name: string): Promise<EnvironmentRow> => {
    const row = await getEnvironment(tx, actor, (await managed(tx, actor, project)).id, name);
    if (row.name_key === productionName) throw errors.environment_fixed({ name: row.name });
    return row;
  };
  return {
    async list(actor, project) {
      const { id } = await viewed(control.db, actor, project);
      return listEnvironments(control.db, actor.organizationId, id);
    },
    async get(actor, project, name) {
      const { id } = await viewed(control.db, actor, project);
      return getEnvironment(control.db, actor, id, name);
    },
    create: (actor, project, name) =>
      control.transaction(async (tx) => {
        const { id: project_id } = await managed(tx, actor, project);
        const row = {
          id: newId<EnvironmentId>(),
          organization_id: actor.organizationId,
          project_id,
          name,
          name_key: name.toLowerCase(),
          created_at: clock.now(),
        };
        if (!(await insertEnvironment(tx, row))) throw errors.environment_exists({ name });
        await record(tx, actor, 'created', row);
        return row;
      }),
    rename: (actor, project, name, to) =>
      control.transaction(async (tx) => {
        const row = await getFree(tx, actor, project, name);
        const renamed = { ...row, name: to, name_key: to.toLowerCase() };
        if (!(await renameEnvironment(tx, actor.organizationId, renamed)))
          throw errors.environment_exists({ name: to });
        await record(tx, actor, 'renamed', renamed);
        return renamed;
      }),
    delete: (actor, project, name) =>
      control.transaction(async (tx) => {
        const row = await getFree(tx, actor, project, name);
        await deleteEnvironment(tx, actor.organizationId, row.id);
        await record(tx, actor, 'deleted', row);
        return row;
      }),
  };
}
