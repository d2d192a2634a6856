import type { Actor } from '../auth/actor.ts';
import { allowsIn, authorize } from '../auth/policy.ts';
import type { AuditLog } from '../audit/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import {
  deleteProject,
  findProjectByName,
  hasConnections,
  insertProject,
  listProjects,
  type ProjectRow,
} from './repository.ts';

/** The project that every organization has; what the dialects without projects make lives in it. */
export const defaultProjectName = 'default';

export interface ProjectService {
  /** Those that the actor may see. */
  list(actor: Actor): Promise<readonly ProjectRow[]>;
  /** @throws project_not_found, also for one that the actor may not see */
  get(actor: Actor, name: string): Promise<ProjectRow>;
  /** @throws project_exists */
  create(actor: Actor, name: string): Promise<ProjectRow>;
  /** @throws project_not_found, forbidden, project_not_deletable for `default` and for a project with connections */
  delete(actor: Actor, name: string): Promise<ProjectRow>;
  /** Makes `default` for a new organization. */
  createDefault(tx: Queryable, organizationId: OrganizationId): Promise<void>;
  /** For services that ask the policy themselves. @throws project_not_found */
  find(db: Queryable, organizationId: OrganizationId, name: string): Promise<ProjectRow>;
  /** For services that write inside a transaction of their own. */
  getDefaultId(db: Queryable, organizationId: OrganizationId): Promise<ProjectId>;
}

export function createProjectService({
  control,
  clock,
  audit,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): ProjectService {
  const get = async (db: Queryable, organizationId: OrganizationId, name: string): Promise<ProjectRow> => {
    const row = await findProjectByName(db, organizationId, name);
    if (!row) throw errors.project_not_found({ name });
    return row;
  };
  /** A project that the actor may not see is told like one that is not there. */
  const getVisible = async (db: Queryable, actor: Actor, name: string): Promise<ProjectRow> => {
    const row = await get(db, actor.organizationId, name);
    if (!allowsIn(actor, 'organization:read', row.id)) throw errors.project_not_found({ name });
    return row;
  };
  return {
    list: async (actor) =>
      (await listProjects(control.db, actor.organizationId)).filter((row) =>
        allowsIn(actor, 'organization:read', row.id),
      ),
    get: (actor, name) => getVisible(control.db, actor, name),
    find: get,
    create: (actor, name) =>
      control.transaction(async (tx) => {
        const { organizationId } = actor;
        const row = { id: newId<ProjectId>(), organization_id: organizationId, name, created_at: clock.now() };
        if (!(await insertProject(tx, row))) throw errors.project_exists({ name });
        await audit.record(tx, actor, { action: 'project.created', subjectKind: 'project', subjectId: row.id });
        return row;
      }),
    delete: (actor, name) =>
      control.transaction(async (tx) => {
        const row = await getVisible(tx, actor, name);
        authorize(actor, 'PROJECT_MANAGEMENT:MANAGE', row.id);
        if (name === defaultProjectName) throw errors.project_not_deletable({ reason: 'every organization has it' });
        if (await hasConnections(tx, actor.organizationId, row.id)) {
          throw errors.project_not_deletable({ reason: 'it has connections; delete them first' });
        }
        await deleteProject(tx, actor.organizationId, row.id);
        await audit.record(tx, actor, { action: 'project.deleted', subjectKind: 'project', subjectId: row.id });
        return row;
      }),
    async createDefault(tx, organizationId) {
      const row = { id: newId<ProjectId>(), organization_id: organizationId, created_at: clock.now() };
      await insertProject(tx, { ...row, name: defaultProjectName });
    },
    async getDefaultId(db, organizationId) {
      return (await get(db, organizationId, defaultProjectName)).id;
    },
  };
}
