import type { Actor } from '../auth/actor.ts';
import { allowsIn, authorize } from '../auth/policy.ts';
import type { Permission } from '../auth/roles/permissions.ts';
import type { AuditLog } from '../audit/service.ts';
import { isTaken } from '../control/postgres-errors.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { createProduction } from '../environments/production.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import {
  deleteProject,
  findProjectByName,
  hasConnections,
  insertProject,
  isNameTaken,
  listProjects,
  type ProjectRow,
  renameProject,
} from './repository.ts';

/** The project that every organization has; what the dialects without projects make lives in it. */
export const defaultProjectName = 'default';

export interface ProjectService {
  /** Those that the actor may see. Names compare without case everywhere; one that is exactly so wins. */
  list(actor: Actor): Promise<readonly ProjectRow[]>;
  /** @throws project_not_found, also for one that the actor may not see */
  get(actor: Actor, name: string): Promise<ProjectRow>;
  /**
   * The project for work that needs a permission in it.
   * @throws project_not_found when the actor has nothing to do with it, and forbidden when it may do other things in it only
   */
  getFor(db: Queryable, actor: Actor, name: string, needed: Permission): Promise<ProjectRow>;
  /** With its environment `production`. @throws project_exists, also when the names differ only in case */
  create(actor: Actor, name: string): Promise<ProjectRow>;
  /** @throws project_not_found, forbidden, project_exists, project_not_renamable for `default` */
  rename(actor: Actor, name: string, to: string): Promise<ProjectRow>;
  /** @throws project_not_found, forbidden, project_not_deletable for `default` and for a project with connections */
  delete(actor: Actor, name: string): Promise<ProjectRow>;
  /** Makes `default` for a new organization, with its environment `production`. */
  createDefault(tx: Queryable, organizationId: OrganizationId): Promise<void>;
  /** For services that write inside a transaction of their own. */
  getDefaultId(db: Queryable, organizationId: OrganizationId): Promise<ProjectId>;
}

interface ProjectNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

export function createProjectService(needs: ProjectNeeds): ProjectService {
  const { control, clock } = needs;
  return {
    ...projectChanges(needs),
    list: async (actor) =>
      (await listProjects(control.db, actor.organizationId)).filter((row) =>
        allowsIn(actor, 'organization:read', row.id),
      ),
    get: (actor, name) => getVisible(control.db, actor, name),
    async getFor(db, actor, name, needed) {
      const row = await getByName(db, actor.organizationId, name);
      if (!knows(actor, row)) throw errors.project_not_found({ name });
      authorize(actor, needed, row.id);
      return row;
    },
    async createDefault(tx, organizationId) {
      const row = { id: newId<ProjectId>(), organization_id: organizationId, created_at: clock.now() };
      if (await insertProject(tx, { ...row, name: defaultProjectName })) await createProduction(tx, row);
    },
    async getDefaultId(db, organizationId) {
      return (await getByName(db, organizationId, defaultProjectName)).id;
    },
  };
}

function projectChanges({ control, clock, audit }: ProjectNeeds): Pick<ProjectService, 'create' | 'rename' | 'delete'> {
  const record = (tx: Queryable, actor: Actor, done: 'created' | 'renamed' | 'deleted', { id }: ProjectRow) =>
    audit.record(tx, actor, { action: `project.${done}`, subjectKind: 'project', subjectId: id });
  /** After the record: until the end of the transaction nobody else changes anything of the organization. */
  const refuseTaken = async (tx: Queryable, row: ProjectRow): Promise<void> => {
    if (await isNameTaken(tx, row.organization_id, row)) throw errors.project_exists({ name: row.name });
  };
  const getManaged = async (tx: Queryable, actor: Actor, name: string): Promise<ProjectRow> => {
    const row = await getVisible(tx, actor, name);
    authorize(actor, 'PROJECT_MANAGEMENT:MANAGE', row.id);
    return row;
  };
  return {
    create: (actor, name) =>
      control.transaction(async (tx) => {
        const { organizationId } = actor;
        const row = { id: newId<ProjectId>(), organization_id: organizationId, name, created_at: clock.now() };
        if (!(await insertProject(tx, row))) throw errors.project_exists({ name });
        await createProduction(tx, row);
        await record(tx, actor, 'created', row);
        await refuseTaken(tx, row);
        return row;
      }),
    async rename(actor, name, to) {
      try {
        return await control.transaction(async (tx) => {
          const row = await getManaged(tx, actor, name);
          if (row.name === defaultProjectName) throw errors.project_not_renamable({ name: row.name });
          const renamed = { ...row, name: to };
          await refuseTaken(tx, renamed);
          await renameProject(tx, row.organization_id, renamed);
          await record(tx, actor, 'renamed', renamed);
          await refuseTaken(tx, renamed);
          return renamed;
        });
      } catch (error) {
        // Somebody took the very name between our look and our write.
        if (isTaken(error)) throw errors.project_exists({ name: to });
        throw error;
      }
    },
    delete: (actor, name) =>
      control.transaction(async (tx) => {
        const row = await getManaged(tx, actor, name);
        if (row.name === defaultProjectName)
          throw errors.project_not_deletable({ reason: 'every organization has it' });
        if (await hasConnections(tx, actor.organizationId, row.id)) {
          throw errors.project_not_deletable({ reason: 'it has connections; delete them first' });
        }
        await deleteProject(tx, actor.organizationId, row.id);
        await record(tx, actor, 'deleted', row);
        return row;
      }),
  };
}

/** @throws project_not_found */
async function getByName(db: Queryable, organizationId: OrganizationId, name: string): Promise<ProjectRow> {
  const row = await findProjectByName(db, organizationId, name);
  if (!row) throw errors.project_not_found({ name });
  return row;
}

/** A project that the actor may not see is told like one that is not there. */
async function getVisible(db: Queryable, actor: Actor, name: string): Promise<ProjectRow> {
  const row = await getByName(db, actor.organizationId, name);
  if (!allowsIn(actor, 'organization:read', row.id)) throw errors.project_not_found({ name });
  return row;
}

/** Whether the actor may know that the project is there: not when its rights are in other projects only. */
function knows(actor: Actor, { id }: ProjectRow): boolean {
  return actor.scopes.size > 0 || (actor.projectScopes?.get(id)?.size ?? 0) > 0;
}
