import { z } from 'zod';
import { permissionScopes, type Permission } from '../../auth/roles/permissions.ts';
import type { Role, RoleService } from '../../auth/roles/service.ts';
import type { ApiKeyId, RoleId } from '../../lib/ids.ts';
import { routeFor } from '../route.ts';
import { idOf, Timestamp, timestamp, Uuid } from '../wire-values.ts';

const route = routeFor<{ readonly roles: RoleService }>();
const onRoles = { tag: 'Roles', path: '/roles' } as const;
const onRole = { tag: 'Roles', path: '/roles/:roleId', params: z.object({ roleId: idOf<RoleId>() }) } as const;
const onKey = {
  tag: 'Roles',
  path: '/api-keys/:apiKeyId/roles',
  params: z.object({ apiKeyId: idOf<ApiKeyId>() }),
} as const;

const categories = Object.keys(permissionScopes) as [string, ...string[]];
const actions = ['VIEW', 'MANAGE', 'DEPLOY_UNDEPLOY', 'EXECUTE', 'EXPORT_IMPORT'] as const;

const RolePermission = z
  .strictObject({ category: z.enum(categories), actions: z.array(z.enum(actions)).min(1).max(actions.length) })
  .refine(({ category, actions: given }) => given.every((action) => action in cellsOf(category)), {
    path: ['actions'],
    error: ({ input }) => {
      const { category } = input as { readonly category: string };
      return `${category} has the actions ${Object.keys(cellsOf(category)).join(', ')}`;
    },
  })
  .meta({ id: 'RolePermission' });
const Permissions = z.array(RolePermission).min(1).max(100);

const Name = z.string().trim().min(1).max(100);
const Description = z.string().trim().max(255).nullable();

const RoleBody = z
  .object({
    id: z.guid(),
    name: z.string(),
    description: z.string().nullable(),
    permissions: z.array(z.object({ category: z.enum(categories), actions: z.array(z.enum(actions)) })),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'Role' });

const RoleOfKey = z
  .object({
    roleId: z.guid(),
    name: z.string(),
    project: z.string().nullable().meta({ description: 'Null: in the whole organization.' }),
  })
  .meta({ id: 'RoleOfKey' });

export const RoleAssignment = z
  .strictObject({
    roleId: Uuid,
    project: z.string().nullable().default(null).meta({ description: 'Name of a project. Null: everywhere.' }),
  })
  .meta({ id: 'RoleAssignment' });

/** What the service wants of an assignment as it is given. */
export function assignmentsOf(given: readonly z.output<typeof RoleAssignment>[]) {
  return given.map(({ roleId, project }) => ({ roleId: roleId as RoleId, project }));
}

function cellsOf(category: string): Readonly<Record<string, unknown>> {
  return permissionScopes[category as keyof typeof permissionScopes] ?? {};
}

function permissionsOf(given: z.output<typeof Permissions>): readonly Permission[] {
  return given.flatMap(({ category, actions: names }) => names.map((action) => `${category}:${action}` as Permission));
}

function matrixOf(permissions: readonly Permission[]): z.output<typeof RoleBody>['permissions'] {
  const rows = new Map<string, (typeof actions)[number][]>();
  for (const permission of permissions) {
    const [category = '', action = ''] = permission.split(':');
    rows.set(category, [...(rows.get(category) ?? []), action as (typeof actions)[number]]);
  }
  return [...rows].map(([category, names]) => ({ category, actions: names }));
}

function present(role: Role): z.output<typeof RoleBody> {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    permissions: matrixOf(role.permissions),
    createdAt: timestamp(role.created_at),
    modifiedAt: timestamp(role.modified_at),
    createdByEmail: role.created_by_email,
    modifiedByEmail: role.modified_by_email,
  };
}

/** Roles, and which key has which. Whoever manages keys manages roles; nobody gives what they do not have. */
export const roleRoutes = [
  route({
    ...onRoles,
    method: 'GET',
    operationId: 'listRoles',
    summary: 'List the roles, by name',
    access: 'api_keys:read',
    returns: { 200: z.array(RoleBody) },
    errors: [],
    handler: async ({ actor, services }) => (await services.roles.list(actor)).map(present),
  }),
  route({
    ...onRoles,
    method: 'POST',
    operationId: 'createRole',
    summary: 'Make a role of permissions that the calling key has',
    access: 'api_keys:write',
    body: z
      .strictObject({ name: Name, description: Description.default(null), permissions: Permissions })
      .meta({ id: 'NewRole' }),
    returns: { 201: RoleBody },
    errors: ['role_exists'],
    idempotent: true,
    handler: async ({ actor, body, services }) =>
      present(await services.roles.create(actor, { ...body, permissions: permissionsOf(body.permissions) })),
  }),
  route({
    ...onRole,
    method: 'GET',
    operationId: 'getRole',
    summary: 'Show a role',
    access: 'api_keys:read',
    returns: { 200: RoleBody },
    errors: ['role_not_found'],
    handler: async ({ actor, params, services }) => present(await services.roles.get(actor, params.roleId)),
  }),
  route({
    ...onRole,
    method: 'PATCH',
    operationId: 'updateRole',
    summary: 'Change a role, also for the keys that have it',
    access: 'api_keys:write',
    body: z
      .strictObject({
        name: Name.optional(),
        description: Description.optional(),
        permissions: Permissions.optional(),
      })
      .meta({ id: 'RoleUpdate' }),
    returns: { 200: RoleBody },
    errors: ['role_not_found', 'role_exists', 'last_api_key'],
    async handler({ actor, params, body, services }) {
      const change = {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.description !== undefined && { description: body.description }),
        ...(body.permissions && { permissions: permissionsOf(body.permissions) }),
      };
      return present(await services.roles.update(actor, params.roleId, change));
    },
  }),
  route({
    ...onRole,
    method: 'DELETE',
    operationId: 'deleteRole',
    summary: 'Delete a role, and take it from every key',
    access: 'api_keys:write',
    returns: { 200: RoleBody },
    errors: ['role_not_found', 'last_api_key'],
    handler: async ({ actor, params, services }) => present(await services.roles.delete(actor, params.roleId)),
  }),
  route({
    ...onKey,
    method: 'GET',
    operationId: 'listRolesOfApiKey',
    summary: 'List the roles of an API key',
    access: 'api_keys:read',
    returns: { 200: z.array(RoleOfKey) },
    errors: ['api_key_not_found'],
    handler: ({ actor, params, services }) => services.roles.listOfKey(actor, params.apiKeyId),
  }),
  route({
    ...onKey,
    method: 'PUT',
    operationId: 'setRolesOfApiKey',
    summary: 'Give an API key these roles and no others; it has them within a second',
    access: 'api_keys:write',
    body: z.strictObject({ roles: z.array(RoleAssignment).max(100) }).meta({ id: 'RolesOfKey' }),
    returns: { 200: z.array(RoleOfKey) },
    errors: ['api_key_not_found', 'role_not_found', 'project_not_found', 'last_api_key'],
    handler: ({ actor, params, body, services }) =>
      services.roles.assign(actor, params.apiKeyId, assignmentsOf(body.roles)),
  }),
];
