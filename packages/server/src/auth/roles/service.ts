import type { AuditLog } from '../../audit/service.ts';
import type { ControlStore, Queryable } from '../../control/database.ts';
import { errors } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ApiKeyId, newId, type OrganizationId, type ProjectId, type RoleId } from '../../lib/ids.ts';
import type { Actor } from '../actor.ts';
import { refuseNobodyLeft } from '../managing-keys.ts';
import { refuseMoreThanOwn } from '../policy.ts';
import { findApiKey } from '../repository.ts';
import { type Permission, readPermissions, scopesOfAll } from './permissions.ts';
import {
  type AssignedRow,
  deleteAssignments,
  deleteRole,
  findProjectId,
  findRole,
  findRoleByName,
  insertAssignments,
  insertRole,
  listAssigned,
  listRoles,
  type RoleRow,
  updateRole,
} from './repository.ts';

/** A named set of permissions, to be given to keys. */
export interface Role extends Omit<RoleRow, 'permissions'> {
  readonly permissions: readonly Permission[];
}

export interface RoleInput {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly Permission[];
}

/** A role that a key gets: in one project, by its name, or in the whole organization. */
export interface Assignment {
  readonly roleId: RoleId;
  readonly project: string | null;
}

/** A role that a key has; `project` is null where it holds in the whole organization. */
export interface RoleOfKey {
  readonly roleId: RoleId;
  readonly name: string;
  readonly project: string | null;
}

export interface RoleService {
  /** By name. */
  list(actor: Actor): Promise<readonly Role[]>;
  /** @throws role_not_found */
  get(actor: Actor, id: RoleId): Promise<Role>;
  /** @throws role_exists, and forbidden for a permission that the caller lacks */
  create(actor: Actor, input: RoleInput): Promise<Role>;
  /** Changes what is given, also for the keys that have the role. @throws role_not_found, role_exists, forbidden, last_api_key */
  update(actor: Actor, id: RoleId, change: Partial<RoleInput>): Promise<Role>;
  /** Takes it from every key. @throws role_not_found, last_api_key */
  delete(actor: Actor, id: RoleId): Promise<Role>;
  /** The roles of a key. @throws api_key_not_found */
  listOfKey(actor: Actor, id: ApiKeyId): Promise<readonly RoleOfKey[]>;
  /**
   * Gives a key these roles and no others.
   * @throws api_key_not_found, role_not_found, project_not_found, last_api_key, and forbidden for more than the caller has
   */
  assign(actor: Actor, id: ApiKeyId, roles: readonly Assignment[]): Promise<readonly RoleOfKey[]>;
}

interface RoleNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** So that this process obeys at once. */
  readonly onChanged: (organizationId: OrganizationId) => void;
}

export function createRoleService(needs: RoleNeeds): RoleService {
  const { control, clock, audit } = needs;
  return {
    ...roleChanges(needs),
    list: async (actor) => (await listRoles(control.db, actor.organizationId)).map(toRole),
    get: async (actor, id) => toRole(await getRow(control.db, actor.organizationId, id)),
    async listOfKey(actor, id) {
      await refuseUnknownKey(control.db, actor.organizationId, id);
      return (await listAssigned(control.db, actor.organizationId, id)).map(toRoleOfKey);
    },
    assign: (actor, id, roles) =>
      changing(needs, actor, async (tx) => {
        await refuseUnknownKey(tx, actor.organizationId, id);
        await assignRoles(tx, actor, id, roles);
        await refuseNobodyLeft(tx, actor.organizationId, clock.now(), id);
        const assigned = await listAssigned(tx, actor.organizationId, id);
        await audit.record(tx, actor, { action: 'api_key.roles_changed', subjectKind: 'api_key', subjectId: id });
        return assigned.map(toRoleOfKey);
      }),
  };
}

async function changing<T>(needs: RoleNeeds, actor: Actor, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const done = await needs.control.transaction(work);
  needs.onChanged(actor.organizationId);
  return done;
}

function roleChanges(needs: RoleNeeds): Pick<RoleService, 'create' | 'update' | 'delete'> {
  const { clock, audit } = needs;
  const record = (tx: Queryable, actor: Actor, action: string, id: RoleId) =>
    audit.record(tx, actor, { action, subjectKind: 'role', subjectId: id });
  return {
    create: (actor, input) =>
      changing(needs, actor, async (tx) => {
        refuseMoreThanOwn(actor, scopesOfAll(input.permissions));
        const row = rowOf(actor, input, clock.now());
        if (!(await insertRole(tx, row))) throw errors.role_exists({ name: input.name });
        await record(tx, actor, 'role.created', row.id);
        return toRole(row);
      }),
    update: (actor, id, given) =>
      changing(needs, actor, async (tx) => {
        const row = await getRow(tx, actor.organizationId, id);
        // What it gives already counts too: a weak key must not rename a strong role into the place of another.
        refuseMoreThanOwn(actor, scopesOfAll([...readPermissions(row.permissions), ...(given.permissions ?? [])]));
        await refuseTakenName(tx, actor.organizationId, given.name, id);
        const columns = {
          ...(given.name !== undefined && { name: given.name }),
          ...(given.description !== undefined && { description: given.description }),
          ...(given.permissions && { permissions: JSON.stringify([...new Set(given.permissions)]) }),
          modified_at: clock.now(),
          modified_by_email: actor.email,
        };
        await updateRole(tx, actor.organizationId, id, columns);
        await refuseNobodyLeft(tx, actor.organizationId, clock.now(), id);
        await record(tx, actor, 'role.updated', id);
        return toRole({ ...row, ...columns });
      }),
    delete: (actor, id) =>
      changing(needs, actor, async (tx) => {
        const row = await getRow(tx, actor.organizationId, id);
        await deleteRole(tx, actor.organizationId, id);
        await refuseNobodyLeft(tx, actor.organizationId, clock.now(), id);
        await record(tx, actor, 'role.deleted', id);
        return toRole(row);
      }),
  };
}

/**
 * Replaces the roles of a key, inside the caller's transaction.
 * @throws role_not_found, project_not_found, and forbidden for more than the actor has
 */
export async function assignRoles(
  tx: Queryable,
  actor: Actor,
  id: ApiKeyId,
  roles: readonly Assignment[],
): Promise<void> {
  const { organizationId } = actor;
  const rows = new Map<string, Parameters<typeof insertAssignments>[1][number]>();
  for (const { roleId, project } of roles) {
    const role = await getRow(tx, organizationId, roleId);
    const projectId = project === null ? null : await getProjectId(tx, organizationId, project);
    refuseMoreThanOwn(actor, scopesOfAll(readPermissions(role.permissions)), projectId);
    const row = {
      id: newId(),
      organization_id: organizationId,
      api_key_id: id,
      role_id: roleId,
      project_id: projectId,
    };
    rows.set(`${roleId} ${projectId}`, row);
  }
  await deleteAssignments(tx, organizationId, id);
  await insertAssignments(tx, [...rows.values()]);
}

async function getRow(db: Queryable, organizationId: OrganizationId, id: RoleId): Promise<RoleRow> {
  const row = await findRole(db, organizationId, id);
  if (!row) throw errors.role_not_found({ id });
  return row;
}

async function getProjectId(db: Queryable, organizationId: OrganizationId, name: string): Promise<ProjectId> {
  const id = await findProjectId(db, organizationId, name);
  if (id === undefined) throw errors.project_not_found({ name });
  return id;
}

async function refuseUnknownKey(db: Queryable, organizationId: OrganizationId, id: ApiKeyId): Promise<void> {
  if (!(await findApiKey(db, organizationId, id))) throw errors.api_key_not_found({ id });
}

async function refuseTakenName(
  db: Queryable,
  organizationId: OrganizationId,
  name: string | undefined,
  id: RoleId,
): Promise<void> {
  if (name === undefined) return;
  const other = await findRoleByName(db, organizationId, name);
  if (other && other.id !== id) throw errors.role_exists({ name });
}

function rowOf(actor: Actor, input: RoleInput, now: number): RoleRow {
  return {
    id: newId<RoleId>(),
    organization_id: actor.organizationId,
    name: input.name,
    description: input.description,
    permissions: JSON.stringify([...new Set(input.permissions)]),
    created_at: now,
    modified_at: now,
    created_by_email: actor.email,
    modified_by_email: actor.email,
  };
}

function toRole(row: RoleRow): Role {
  return { ...row, permissions: readPermissions(row.permissions) };
}

function toRoleOfKey({ role_id, name, project }: AssignedRow): RoleOfKey {
  return { roleId: role_id, name, project };
}
